#pragma once

/// Everything a program needs: `#include <convoy/convoy.h>`.
#include "convoy/bench.h"
#include "convoy/callbacks.h"
#include "convoy/config.h"
#include "convoy/dataset.h"
#include "convoy/diagnostics.h"
#include "convoy/error.h"
#include "convoy/experiment.h"
#include "convoy/layers.h"
#include "convoy/lr_find.h"
#include "convoy/metrics.h"
#include "convoy/model.h"
#include "convoy/optimizers.h"
#include "convoy/predictor.h"
#include "convoy/settings.h"
#include "convoy/shape.h"
#include "convoy/version.h"
