// A real browser without a window, driven over a pipe (the Chrome DevTools protocol).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace zeroth::test {

/// $ZEROTH_CHROMIUM, or where Debian puts it; "" if there is none.
std::string chromium();

/// One page.  Calls throw std::runtime_error when the browser answers with an error or is gone.
class Browser {
 public:
  Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  ~Browser();

  void resize(int width, int height);
  /// media  "screen" or "print"; scheme  "light" or "dark"
  void emulate(const std::string& media, const std::string& scheme);
  /// Returns once the page is loaded and `ready`, an expression, holds.
  void open(const std::filesystem::path& file, const std::string& ready);
  /// The value of an expression; promises are waited for.
  nlohmann::json evaluate(const std::string& expression);
  /// Evaluates until it is true; throws after a minute.
  void wait_for(const std::string& expression);
  /// PNG in base64 of the first element that matches the selector, or of the window.
  std::string screenshot(const std::string& selector = "");
  /// PDF in base64.
  std::string print();

  /// Errors and warnings of the console, exceptions, and requests for anything but the page itself
  /// and what is within it, since the start.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  nlohmann::json call(const std::string& method,
                      nlohmann::json parameters = nlohmann::json::object());
  nlohmann::json receive();
  void note(const nlohmann::json& event);

  TemporaryFolder profile_;
  pid_t process_ = -1;
  int to_ = -1, from_ = -1;
  std::string received_, session_;
  int calls_ = 0;
  bool loaded_ = false;
  std::vector<std::string> complaints_;
};

}  // namespace zeroth::test

/// Leaves the test case, saying so, where there is no browser.
#define ZEROTH_BROWSER_OR_SKIP()                                                \
  if (::zeroth::test::chromium().empty()) {                                     \
    WARN("skipped: no chromium; install it, or name one with ZEROTH_CHROMIUM"); \
    SUCCEED();                                                                  \
    return;                                                                     \
  }
