#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string_view>

#include "convoy/foreign_text.h"

namespace convoy::app {
namespace {

std::atomic<bool> interrupt_came{false};
std::atomic<bool> checkpoint_requested{false};

/// Notes the first interrupt; ends the program at the second.
void on_interrupt(int) {
  if (interrupt_came.exchange(true)) _exit(130);
}

/// Notes SIGHUP as an interrupt. A second one does not end the program: kernel and shell may each send one when a
/// terminal is closed.
void on_hangup(int) { interrupt_came = true; }

void on_checkpoint_request(int) { checkpoint_requested = true; }

/// Text in colour, unless the stream is no terminal or NO_COLOR is set.
std::string coloured(const std::string& text, const char* colour, Stream stream) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool plain = !is_terminal(stream) || (no_color != nullptr && *no_color != '\0');
  return plain ? text : "\033[" + std::string(colour) + "m" + text + "\033[0m";
}

}  // namespace

bool is_terminal(Stream stream) {
  const char* kind = std::getenv("TERM");
  const bool knows_escapes = kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
  return knows_escapes && isatty(stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int terminal_height() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

std::string red(const std::string& text, Stream stream) { return coloured(text, "31", stream); }

std::string yellow(const std::string& text, Stream stream) { return coloured(text, "33", stream); }

std::string green(const std::string& text, Stream stream) { return coloured(text, "32", stream); }

namespace {

std::string plain(const std::string& text, Stream) { return text; }

/// Prints head and text on standard error, the head coloured; on a terminal in wrapped lines.
void print_message(const std::string& head, std::string (*coloured)(const std::string&, Stream),
                   const std::string& text) {
  const std::string line = shown(text);
  const std::string all =
      stderr_is_terminal() ? wrapped(head, line, static_cast<std::size_t>(terminal_width())) : head + line + '\n';
  std::cerr << coloured(head, Stream::err) << all.substr(head.size()) << std::flush;
}

}  // namespace

void print_note(const std::string& text) { print_message("note: ", plain, text); }

void print_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) print_note(note);
}

void print_warning(const std::string& text) { print_message("warning: ", yellow, text); }

void print_error(const std::string& text) {
  std::istringstream lines(shown_lines(text));
  std::string line;
  std::getline(lines, line);
  print_message("error: ", red, line);
  while (std::getline(lines, line)) std::cerr << line << '\n';
}

void catch_interrupt() {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  std::signal(SIGUSR1, on_checkpoint_request);
  std::signal(SIGPIPE, SIG_IGN);  // the results are files, which matter more than a reader of the output
  if (std::signal(SIGHUP, on_hangup) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

bool interrupt_requested() { return interrupt_came; }

bool take_checkpoint_request() { return checkpoint_requested.exchange(false); }

}  // namespace convoy::app
