// `zeroth report FILE -o PAGE`, opened in a real browser.
#include <nlohmann/json.hpp>

#include "support/browser.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

using namespace zeroth::test;
using nlohmann::json;

namespace {

const std::string every_figure_drawn =
    "figures.every((each) => each.node.querySelector('.panel') || each.node.closest('details'))";

// A folder with a result file r.zeroth and its page r.html.
struct Report {
  explicit Report(const std::string& experiment, const std::vector<std::string>& more = {}) {
    folder.write("e.toml", experiment);
    zeroth({"run", "e.toml", "-o", "r.zeroth"});
    std::vector<std::string> arguments{"report", "r.zeroth", "-o", "r.html"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult made = zeroth(arguments);
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
  }
  ProcessResult zeroth(const std::vector<std::string>& arguments) const {
    return run_zeroth(arguments, folder.path(),
                      {"ZEROTH_PLUGIN_PATH=" ZEROTH_BINARY_DIR
                       "/tests/plugins_for_tests:" ZEROTH_BINARY_DIR "/tests/zoo",
                       "XDG_DATA_HOME=/nowhere"});
  }
  void open(Browser& browser) const { browser.open(folder / "r.html", every_figure_drawn); }
  TemporaryFolder folder;
};

// Two problems, three optimizers.
const std::string matrix = R"(title = "A <matrix> & </script> \"quoted\""
trials = 3
[budget]
iterations = 40
[[problem]]
use = "quadratic"
random_start = true
label = "Round <b>bold</b>"
[[problem]]
use = "quadratic"
dimension = 8
random_start = true
label = "Wide"
[[optimizer]]
use = "zo-sgd"
delta = 0.1
[[optimizer]]
use = "zo-adam"
label = "<img src=x onerror=alert(1)>"
[[optimizer]]
use = "random-search"
)";

void expect_no_complaints(const Browser& browser) {
  for (const std::string& complaint : browser.complaints()) FAIL_CHECK(complaint);
}

// How many pixels of a screenshot are about that colour, counted by the browser itself.
int pixels_like(Browser& browser, const std::string& png, const std::string& css_colour) {
  return browser.evaluate(R"((async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + )" +
                          json(png).dump() + R"(;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext('2d');
    const probe = document.createElement('span');
    probe.style.color = )" +
                          json(css_colour).dump() + R"(;
    document.body.append(probe);
    const [r, g, b] = getComputedStyle(probe).color.match(/[0-9.]+/g).map(Number);
    probe.remove();
    pen.drawImage(image, 0, 0);
    const {data: bytes} = pen.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < bytes.length; i += 4)
      count += Math.abs(bytes[i] - r) + Math.abs(bytes[i + 1] - g) + Math.abs(bytes[i + 2] - b) < 24;
    return count;
  })())");
}

// Pixels of a series' colour in the panels of a figure, axes and legend apart.
int ink_of(Browser& browser, const std::string& figure, int series) {
  const std::string panels = "figure[data-figure='" + figure + "'] .panels";
  return pixels_like(browser, browser.screenshot(panels),
                     "var(--series-" + std::to_string(series) + ")");
}

int files_like(const std::filesystem::path& folder, const std::string& ending) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    count += entry.path().extension() == ending ? 1 : 0;
  return count;
}

int count_of(Browser& browser, const std::string& selector) {
  return browser.evaluate("document.querySelectorAll(" + json(selector).dump() + ").length");
}

}  // namespace

TEST_CASE("a report opens without complaints or network, and its charts are on the screen",
          "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix, {"--at", "10,20"});
  Browser browser;
  browser.emulate("screen", "light");
  report.open(browser);
  expect_no_complaints(browser);
  CHECK(browser.evaluate("document.querySelector('h1').textContent") ==
        "A <matrix> & </script> \"quoted\"");
  CHECK(count_of(browser, "main img, main b") == 0);
  CHECK(browser.evaluate("/^quadratic 1\\.0\\.0 [0-9a-f]{32} \\//.test(data.how.plugins)") == true);
  for (const char* figure :
       {"Loss by problem", "Final loss", "Queries to target", "Performance profiles",
        "Critical difference: All problems, final loss"}) {
    for (int series = 0; series < 3; ++series) {
      INFO(figure << " " << series);
      CHECK(ink_of(browser, figure, series) > 20);
    }
  }
}

TEST_CASE("a click in a legend takes an optimizer out of all figures and back", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix);
  Browser browser;
  browser.emulate("screen", "light");
  report.open(browser);
  const int before = ink_of(browser, "Loss by problem", 0);
  const std::string button =
      "document.querySelector(\"[data-figure='Final loss'] [data-optimizer='0']\")";
  const auto click = [&](const std::string& event) {
    browser.evaluate(button + ".dispatchEvent(new MouseEvent('click', " + event + "))");
    browser.wait_for("waiting.size === 0");
  };
  click("{}");
  // Before any screenshot, which is taken in a larger window and so draws everything anew.
  CHECK(browser.evaluate(button + ".getAttribute('aria-pressed')") == "false");
  CHECK(ink_of(browser, "Loss by problem", 0) == 0);
  CHECK(ink_of(browser, "Final loss", 0) == 0);
  CHECK(ink_of(browser, "Loss by problem", 1) > 20);
  click("{}");
  CHECK(ink_of(browser, "Loss by problem", 0) == before);
  click("{shiftKey: true}");
  CHECK(ink_of(browser, "Loss by problem", 1) == 0);
  CHECK(ink_of(browser, "Queries to target", 2) == 0);
  expect_no_complaints(browser);
}

TEST_CASE("every setting of every figure draws something else, and nothing complains", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix, {"--at", "10"});
  Browser browser;
  browser.emulate("screen", "light");
  report.open(browser);
  const int settings = count_of(browser, "[data-setting]");
  CHECK(settings >= 8);
  const std::string drawn = "document.querySelector('main').innerHTML";
  for (int i = 0; i < settings; ++i) {
    const std::string one =
        "document.querySelectorAll('[data-setting]')[" + std::to_string(i) + "]";
    if (browser.evaluate(one + ".closest('details') !== null").get<bool>()) continue;
    const json before = browser.evaluate(drawn);
    browser.evaluate("{ const each = " + one +
                     "; each.selectedIndex = each.selectedIndex === 0 ? 1 : 0; "
                     "each.dispatchEvent(new Event('change')); }");
    browser.wait_for("waiting.size === 0");
    INFO(browser.evaluate(one + ".dataset.setting"));
    CHECK(browser.evaluate(drawn) != before);
  }
  expect_no_complaints(browser);
}

TEST_CASE("a table sorts by a column, both ways, and saves as CSV", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix);
  Browser browser;
  report.open(browser);
  const std::string first = "document.querySelector('#summary .table')";
  const auto medians = [&] {
    return browser
        .evaluate("[..." + first +
                  ".querySelectorAll('tbody tr')].map((row) => Number(row.cells[2].textContent))")
        .get<std::vector<double>>();
  };
  browser.evaluate(first + ".querySelectorAll('th button')[2].click()");
  const std::vector<double> ascending = medians();
  browser.evaluate(first + ".querySelectorAll('th button')[2].click()");
  std::vector<double> descending = medians();
  REQUIRE(ascending.size() == 3);
  CHECK(ascending[0] < ascending[2]);
  std::reverse(descending.begin(), descending.end());
  CHECK(descending == ascending);
  CHECK(browser.evaluate(first + ".querySelectorAll('th')[2].getAttribute('aria-sort')") ==
        "descending");
  CHECK(browser.evaluate("csv_of([{name: 'a,b', value: (row) => row}], ['x\"y', null, 2])") ==
        "\"a,b\"\r\n\"x\"\"y\"\r\n\r\n2\r\n");
  expect_no_complaints(browser);
}

TEST_CASE("a figure saves as an SVG that stands alone and as a PNG, in the colours of paper",
          "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix);
  Browser browser;
  browser.emulate("screen", "dark");
  report.open(browser);
  for (int i = 0; i < 3; ++i) {
    const std::string drawing = "figures[" + std::to_string(i) + "].drawing()";
    const std::string svg = browser.evaluate(drawing + ".text");
    CHECK(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\"", 0) == 0);
    CHECK(svg.find("var(") == std::string::npos);
    CHECK(svg.find("light-dark") == std::string::npos);
  }
  CHECK(
      browser.evaluate("new DOMParser().parseFromString(figures[0].drawing().text, 'image/svg+xml')"
                       ".querySelectorAll('parsererror').length") == 0);
  const std::string png =
      browser.evaluate(R"(png_of(figures[0].drawing()).then((blob) => new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(',')[1]);
    reader.readAsDataURL(blob);
  })))");
  CHECK(pixels_like(browser, png, "#0072b2") > 100);
  CHECK(pixels_like(browser, png, "#ffffff") > 10000);
  expect_no_complaints(browser);
}

TEST_CASE("a report is light, dark by the system or the button, and always light on paper",
          "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix);
  Browser browser;
  const auto background = [&] {
    return browser.evaluate("getComputedStyle(document.body).backgroundColor");
  };
  browser.emulate("screen", "light");
  report.open(browser);
  CHECK(background() == "rgb(255, 255, 255)");
  browser.emulate("screen", "dark");
  CHECK(background() == "rgb(20, 23, 28)");
  CHECK(ink_of(browser, "Final loss", 0) > 20);
  browser.evaluate("document.getElementById('theme').click()");
  CHECK(background() == "rgb(255, 255, 255)");
  browser.evaluate("document.getElementById('theme').click()");
  CHECK(background() == "rgb(20, 23, 28)");
  browser.emulate("print", "dark");
  CHECK(background() == "rgb(255, 255, 255)");
  browser.emulate("screen", "dark");
  CHECK(browser.print().size() > 20000);
  CHECK(count_of(browser, "details:not([open])") == 0);
  CHECK(browser.evaluate("figures.every((each) => each.node.querySelector('.panel'))") == true);
  expect_no_complaints(browser);
}

TEST_CASE("nothing on a narrow screen is wider than the screen", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix);
  Browser browser;
  browser.resize(380, 800);
  report.open(browser);
  CHECK(browser.evaluate("document.documentElement.scrollWidth") == 380);
}

TEST_CASE("a file of one run gives a page", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(
      "[budget]\niterations = 9\n[[problem]]\nuse = \"quadratic\"\ninstances = 1\n"
      "[[optimizer]]\nuse = \"zo-sgd\"\n");
  Browser browser;
  browser.emulate("screen", "light");
  report.open(browser);
  CHECK(ink_of(browser, "Loss", 0) > 20);
  CHECK(count_of(browser, "#comparison") == 0);
  CHECK(browser.evaluate("document.getElementById('subtitle').textContent.startsWith('1 run ·')") ==
        true);
  expect_no_complaints(browser);
}

TEST_CASE("a file of failed runs alone gives a page that says so and why", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(
      "[budget]\niterations = 9\n[[problem]]\nuse = \"quadratic\"\nfails = true\n"
      "[[optimizer]]\nuse = \"zo-sgd\"\n[[optimizer]]\nuse = \"zo-adam\"\n");
  Browser browser;
  report.open(browser);
  const std::string text = browser.evaluate("document.body.innerText");
  INFO(text);
  CHECK(text.find("8 of 8 runs have no final loss: 8 failed. They") != std::string::npos);
  CHECK(text.find("the sky fell on the objective") != std::string::npos);
  CHECK(browser.evaluate("document.querySelectorAll('#runs-without-a-loss tbody tr').length") == 2);
  browser.evaluate(
      "document.querySelectorAll('figure .save button').forEach((each) => each.click())");
  expect_no_complaints(browser);
}

TEST_CASE("a page of ten thousand runs is small and complete", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(
      "trials = 500\n[budget]\niterations = 20\n[[problem]]\nuse = \"quadratic\"\nrandom_start = "
      "true\n"
      "[[optimizer]]\nuse = \"zo-sgd\"\n[[optimizer]]\nuse = \"zo-adam\"\n[[optimizer]]\nuse = "
      "\"guided-es\"\n"
      "[[optimizer]]\nuse = \"zo-signsgd\"\n[[optimizer]]\nuse = \"random-search\"\n");
  CHECK(std::filesystem::file_size(report.folder / "r.html") < 1'500'000);
  Browser browser;
  browser.emulate("screen", "light");
  report.open(browser);
  CHECK(browser.evaluate("data.runs.total") == 10000);
  for (int series = 0; series < 5; ++series) CHECK(ink_of(browser, "Final loss", series) > 20);
  expect_no_complaints(browser);
}

TEST_CASE("a page that is there is not replaced unless asked to, and never left half-written",
          "[page]") {
  const Report report(matrix);
  const std::string before = read_all(report.folder / "r.html");
  const ProcessResult refused = report.zeroth({"report", "r.zeroth", "-o", "r.html"});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find("--overwrite") != std::string::npos);
  CHECK(read_all(report.folder / "r.html") == before);
  CHECK(report.zeroth({"report", "r.zeroth", "-o", "r.html", "--overwrite"}).exit_code == 0);
  CHECK(report.zeroth({"report", "r.zeroth", "-o", "missing/r.html"}).exit_code == 2);
  CHECK(report.zeroth({"report", "r.zeroth", "-o", "x.html", "--at", "1,x"}).exit_code == 2);
  CHECK(report.zeroth({"report", "r.zeroth", "--at", "5"}).exit_code == 2);
  CHECK_FALSE(std::filesystem::exists(report.folder / "x.html"));
  CHECK(files_like(report.folder.path(), ".partial") == 0);
}

TEST_CASE("a page that does not fit on the disk leaves the old one, and nothing beside it",
          "[page]") {
  const Report report(matrix);
  const std::string before = read_all(report.folder / "r.html");
  const ProcessResult full =
      run_program({"sh", "-c", "ulimit -f 100 && exec \"$0\" report r.zeroth -o r.html --overwrite",
                   ZEROTH_BINARY_DIR "/bin/zeroth"},
                  report.folder.path());
  INFO(full.err);
  CHECK(full.exit_code == 1);
  CHECK(full.err == "error: r.html: cannot be written: File too large\n");
  CHECK(read_all(report.folder / "r.html") == before);
  CHECK(files_like(report.folder.path(), ".html") == 1);
  CHECK(files_like(report.folder.path(), ".partial") == 0);
}

namespace {

const std::string looked_into = R"(trials = 2
[budget]
iterations = 30
[[problem]]
use = "quadratic"
instances = 2
random_start = true
[[optimizer]]
use = "zo-adam"
label = "Adam"
delta = 0.3
q = [2, 4, 8]
[[optimizer]]
use = "guided-es"
delta = [1.0, 2.5]
[[analysis]]
use = "cosine"
[[analysis]]
use = "internals"
coordinates = [1]
only = "/Adam q=4/0"
[[analysis]]
use = "replay"
coordinates = [1]
only = "/Adam q=4/0"
[[analysis.optimizer]]
use = "zo-sgd"
delta = 0.1
[[analysis]]
use = "pictures"
iterations = [0, 10]
only = "/Adam q=4/0"
)";

}  // namespace

TEST_CASE("a report shows what analyses saw", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(looked_into);
  Browser browser;
  browser.emulate("screen", "dark");
  report.open(browser);
  CHECK(ink_of(browser, "Cosine by iteration", 0) > 100);
  CHECK(ink_of(browser, "Mean cosine by parameter", 0) > 30);
  CHECK(browser.evaluate("data.analyses.sweeps.map((sweep) => sweep.parameter)") ==
        json{"delta", "q"});
  CHECK(browser.evaluate("data.analyses.sweeps[0].families.map(({points}) => points.length)") ==
        json{2});
  // In three dimensions the mean cosine of more directions is higher.
  const json means =
      browser.evaluate("data.analyses.cosines[0].means.map((row) => row.windows[0].mean)");
  REQUIRE(means.size() == 5);
  CHECK(means[0] < means[2]);

  browser.wait_for(
      "[...document.querySelectorAll('#pictures img')].every((each) => each.complete)");
  const std::string width = "document.querySelectorAll('#pictures img')[0].naturalWidth";
  CHECK(browser.evaluate(width) == 3);
  CHECK(count_of(browser, "#pictures img") == 6);
  const std::string shown = "document.querySelector('#pictures img').src";
  const json before = browser.evaluate(shown);
  browser.evaluate(R"((() => {
    const select = document.querySelector('#pictures select');
    select.selectedIndex = 1;
    select.dispatchEvent(new Event('change'));
  })())");
  CHECK(browser.evaluate(shown) != before);

  CHECK(count_of(browser, "figure[data-figure='Internals'] .panel svg") == 3);
  CHECK(ink_of(browser, "Internals", 0) > 30);  // the replayed rule
  CHECK(browser.evaluate("figures.find((each) => each.node.dataset.figure === 'Internals')"
                         ".drawing().text.includes('>its own</text>')") == true);
  expect_no_complaints(browser);
}

TEST_CASE("a report of runs that nobody looked into has no section for it", "[page]") {
  ZEROTH_BROWSER_OR_SKIP();
  const Report report(matrix);
  Browser browser;
  report.open(browser);
  CHECK(count_of(browser, "#gradient-estimates, #pictures, #internals") == 0);
}
