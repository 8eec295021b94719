#pragma once

#include <string>
#include <vector>

namespace convoy::app {

enum class Stream { out, err };

/// Whether the stream is a terminal that understands escapes, for colours and redrawn lines. With TERM=dumb or without
/// TERM it does not.
bool is_terminal(Stream stream);
inline bool stderr_is_terminal() { return is_terminal(Stream::err); }
/// The width of standard error in columns; 80 where unknown.
int terminal_width();
/// The height of standard error in lines; 24 where unknown.
int terminal_height();
/// Text in colour, if is_terminal(stream) and NO_COLOR is not set.
std::string red(const std::string& text, Stream stream = Stream::err);
std::string yellow(const std::string& text, Stream stream = Stream::err);
std::string green(const std::string& text, Stream stream = Stream::err);

/// These print messages on standard error, each after its head: "note: ", "warning: " in yellow, "error: " in red. On a
/// terminal long ones are wrapped between words; elsewhere a message is one line.
void print_note(const std::string& text);
void print_notes(const std::vector<std::string>& notes);
void print_warning(const std::string& text);
/// The same for an error, whose text may have several lines.
void print_error(const std::string& text);

/// Installs signal handlers. The first SIGINT (Ctrl-C) or SIGTERM makes interrupt_requested() true, the second ends the
/// program at once. SIGHUP, which a closed terminal sends, counts as a first one only; under nohup it stays ignored.
/// Output that nobody reads any more, as with "| head", does not end the program.
void catch_interrupt();
/// Whether one of these signals came.
bool interrupt_requested();
/// Whether SIGUSR1 came since the last call. catch_interrupt() installs its handler too.
bool take_checkpoint_request();

}  // namespace convoy::app
