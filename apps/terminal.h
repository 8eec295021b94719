#pragma once

#include <string>
#include <vector>

namespace convoy::app {

enum class Stream { out, err };

/// Whether the stream is a terminal that knows escapes: colours, and to redraw a line. One with TERM=dumb, or
/// without TERM, does not.
bool is_terminal(Stream stream);
inline bool stderr_is_terminal() { return is_terminal(Stream::err); }
/// The width of standard error in columns; 80 where unknown.
int terminal_width();
/// Its height in lines; 24 where unknown.
int terminal_height();
/// Text in colour, if the stream is such a terminal and NO_COLOR is not set.
std::string red(const std::string& text, Stream stream = Stream::err);
std::string yellow(const std::string& text, Stream stream = Stream::err);
std::string green(const std::string& text, Stream stream = Stream::err);

/// Messages on standard error, each with its head: "note: ", "warning: " in yellow, "error: " in red. On a terminal
/// their lines end between words; elsewhere a message is one line.
void print_note(const std::string& text);
void print_notes(const std::vector<std::string>& notes);
void print_warning(const std::string& text);
/// The same; an error may have several lines of its own.
void print_error(const std::string& text);

/// From now on the first Ctrl-C makes `interrupt_requested` true, the second ends the program at once. So does SIGTERM,
/// and SIGHUP, which a closed terminal sends, as the first one only; under nohup it is ignored as before. Output that
/// nobody reads any more, as behind "| head", does not end the program.
void catch_interrupt();
bool interrupt_requested();
/// Whether SIGUSR1 came since the last call; catch_interrupt listens for it too.
bool take_checkpoint_request();

}  // namespace convoy::app
