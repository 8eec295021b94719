#include <convoy/convoy.h>

#include <cstdio>

double digits_accuracy(const char* folder);  // digits.cpp

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::printf("convoy %s, of headers %d.%d.%d: ", convoy::version(), CONVOY_VERSION_MAJOR, CONVOY_VERSION_MINOR,
              CONVOY_VERSION_PATCH);
  std::printf("accuracy %.4f\n", digits_accuracy(arguments[1]));
  return 0;
}
