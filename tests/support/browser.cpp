#include "support/browser.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace zeroth::test {

using nlohmann::json;

std::string chromium() {
  if (const char* named = std::getenv("ZEROTH_CHROMIUM")) return named;
  for (const char* path :
       {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return "";
}

Browser::Browser() {
  int commands[2], answers[2];
  if (pipe(commands) != 0 || pipe(answers) != 0) throw std::runtime_error("no pipe");
  const std::string program = chromium();
  std::vector<std::string> words{program,
                                 "--headless=new",
                                 "--no-sandbox",
                                 "--disable-gpu",
                                 "--disable-dev-shm-usage",
                                 "--no-first-run",
                                 "--disable-background-networking",
                                 "--disable-component-update",
                                 "--hide-scrollbars",
                                 "--force-color-profile=srgb",
                                 "--remote-debugging-pipe",
                                 "--user-data-dir=" + profile_.path().string(),
                                 "about:blank"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  process_ = fork();
  if (process_ == 0) {
    setpgid(0, 0);
    // The browser reads descriptor 3 and writes 4; ours may have these very numbers.
    const int in = fcntl(commands[0], F_DUPFD, 10), out = fcntl(answers[1], F_DUPFD, 10);
    dup2(in, 3);
    dup2(out, 4);
    for (int descriptor = 5; descriptor < 64; ++descriptor) close(descriptor);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int descriptor : {0, 1, 2}) dup2(null, descriptor);
    setenv("TMPDIR", profile_.path().c_str(), 1);  // what it leaves goes with us
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(commands[0]);
  close(answers[1]);
  to_ = commands[1];
  from_ = answers[0];
  const json target = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget",
                  {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
  for (const char* domain : {"Page", "Runtime", "Log", "Network"})
    call(std::string(domain) + ".enable");
  resize(1280, 900);
}

Browser::~Browser() {
  close(to_);
  close(from_);
  kill(-process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

json Browser::receive() {
  for (;;) {
    const std::size_t end = received_.find('\0');
    if (end != std::string::npos) {
      json message = json::parse(received_.substr(0, end));
      received_.erase(0, end + 1);
      return message;
    }
    char buffer[65536];
    const ssize_t size = read(from_, buffer, sizeof buffer);
    if (size <= 0) throw std::runtime_error("the browser is gone");
    received_.append(buffer, static_cast<std::size_t>(size));
  }
}

void Browser::note(const json& event) {
  const std::string method = event.value("method", "");
  const json& parameters = event.contains("params") ? event["params"] : json::object();
  if (method == "Page.loadEventFired") loaded_ = true;
  if (method == "Runtime.exceptionThrown" || method == "Log.entryAdded" ||
      method == "Runtime.consoleAPICalled") {
    complaints_.push_back(parameters.dump());
  }
  if (method != "Network.requestWillBeSent") return;
  const std::string url = parameters["request"]["url"];
  for (const char* within : {"file:", "data:", "blob:", "about:"}) {
    if (url.rfind(within, 0) == 0 &&
        (url.rfind("file:", 0) != 0 || parameters["type"] == "Document"))
      return;
  }
  complaints_.push_back("request for " + url);
}

json Browser::call(const std::string& method, json parameters) {
  json message{{"id", ++calls_}, {"method", method}, {"params", std::move(parameters)}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string text = message.dump() + '\0';
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t size = write(to_, text.data() + done, text.size() - done);
    if (size <= 0) throw std::runtime_error("the browser is gone");
    done += static_cast<std::size_t>(size);
  }
  for (;;) {
    json answer = receive();
    if (!answer.contains("id")) {
      note(answer);
    } else if (answer["id"] == calls_) {
      if (answer.contains("error"))
        throw std::runtime_error(method + ": " + answer["error"].dump());
      return answer["result"];
    }
  }
}

void Browser::resize(int width, int height) {
  call("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
}

void Browser::emulate(const std::string& media, const std::string& scheme) {
  call("Emulation.setEmulatedMedia",
       {{"media", media},
        {"features", json::array({{{"name", "prefers-color-scheme"}, {"value", scheme}}})}});
}

void Browser::open(const std::filesystem::path& file, const std::string& ready) {
  loaded_ = false;
  call("Page.navigate", {{"url", "file://" + file.string()}});
  while (!loaded_) note(receive());
  wait_for(ready);
}

json Browser::evaluate(const std::string& expression) {
  const json answer = call("Runtime.evaluate", {{"expression", expression},
                                                {"awaitPromise", true},
                                                {"returnByValue", true},
                                                {"userGesture", true}});
  if (answer.contains("exceptionDetails"))
    throw std::runtime_error(expression + ": " + answer["exceptionDetails"].dump());
  return answer["result"].contains("value") ? answer["result"]["value"] : json();
}

void Browser::wait_for(const std::string& expression) {
  for (int i = 0; i < 1200; ++i) {
    if (evaluate(expression) == json(true)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("never: " + expression);
}

std::string Browser::screenshot(const std::string& selector) {
  json options{{"format", "png"}};
  if (!selector.empty()) {
    json box =
        evaluate("(() => { const r = document.querySelector(" + json(selector).dump() +
                 ").getBoundingClientRect(); return {x: r.x + scrollX, y: r.y + scrollY, width: "
                 "r.width, height: r.height, scale: 1}; })()");
    options["clip"] = box;
    options["captureBeyondViewport"] = true;
  }
  return call("Page.captureScreenshot", options)["data"];
}

std::string Browser::print() {
  return call("Page.printToPDF", {{"printBackground", true}})["data"];
}

}  // namespace zeroth::test
