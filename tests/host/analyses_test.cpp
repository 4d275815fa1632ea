// Analyses, as a user meets them: numbers that can be checked by hand, files, messages.
#include <png.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "report/png.hpp"
#include "support/catch.hpp"
#include "support/sql.hpp"
#include "support/work_folder.hpp"
#include "support/zo_lstm_weights.hpp"

using zeroth::host::png_of;
using zeroth::host::RenderedPicture;
using namespace zeroth::test;

namespace {

// Series of analysis.csv by "run analysis name coordinate": iteration and the number as written.
using Rows = std::map<std::uint64_t, std::string>;
using Analyses = std::map<std::string, Rows>;

struct Shell : WorkFolder {
  explicit Shell(const std::string& experiment) : WorkFolder("e.toml", experiment) {
    environment.front() += ":" + zoo;
  }
  // Runs the experiment into NAME.zeroth and exports it into the folder NAME.
  void run(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"run", "e.toml", "-o", name + ".zeroth"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    good(arguments);
    good({"export", name + ".zeroth", "--csv", name, "--overwrite"});
  }
  std::string text(const std::string& name, const std::string& file) const {
    return read_all(folder / name / file);
  }
  Analyses analyses(const std::string& name) const {
    Analyses all;
    const auto rows = csv_rows(text(name, "analysis.csv"));
    REQUIRE(rows[0] == std::vector<std::string>{"run", "analysis", "name", "coordinate",
                                                "iteration", "value"});
    for (auto f = rows.begin() + 1; f != rows.end(); ++f)
      all[f->at(0) + " " + f->at(1) + " " + f->at(2) + " " + f->at(3)][std::stoull(f->at(4))] =
          f->at(5);
    return all;
  }
};

double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

// f = sum (x - 1)^2 in three dimensions.
const std::string losses = R"(trials = 2
[budget]
iterations = 12
[[problem]]
use = "quadratic"
instances = 2
random_start = true
[[optimizer]]
use = "zo-adam"
label = "Adam"
delta = 0.3
q = 4
[[optimizer]]
use = "guided-es"
)";
const std::string all_four = losses + R"(
[[analysis]]
use = "cosine"
[[analysis]]
use = "internals"
coordinates = [2, 0, 1]
[[analysis]]
use = "replay"
coordinates = [1]
only = "*/Adam/*"
[[analysis.optimizer]]
use = "zo-adam"
label = "same"
delta = 0.3
q = 7
[[analysis.optimizer]]
use = "zo-sgd"
label = "descent"
delta = 0.6
[[analysis]]
use = "pictures"
iterations = [0, 5]
only = "*:1/Adam/1"
)";

std::string complaint_of(const std::string& experiment) {
  const Shell shell(experiment);
  const ProcessResult r = shell({"run", "e.toml"});
  CHECK(r.exit_code == 2);
  CHECK_FALSE(std::filesystem::exists(shell.folder / "e.zeroth"));
  return r.err;
}

// Red, green, blue and opacity of each pixel.
std::vector<std::uint8_t> decoded(const std::string& bytes, unsigned width, unsigned height) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) != 0);
  image.format = PNG_FORMAT_RGBA;
  CHECK(image.width == width);
  CHECK(image.height == height);
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  return pixels;
}

}  // namespace

TEST_CASE("analyses change no number of a run", "[analyses]") {
  const Shell shell(losses);
  shell.run("plain");
  shell.folder.write("e.toml", all_four);
  shell.run("looked_at");
  CHECK_FALSE(std::filesystem::exists(shell.folder / "plain/analysis.csv"));
  CHECK(shell.text("looked_at", "trace.csv") == shell.text("plain", "trace.csv"));
  CHECK(without_seconds(shell.text("looked_at", "runs.csv")) ==
        without_seconds(shell.text("plain", "runs.csv")));
}

TEST_CASE("analyses see what is known of a quadratic", "[analyses]") {
  const Shell shell(all_four);
  shell.run("r");
  const Analyses all = shell.analyses("r");

  // Every run, each iteration: the cosine between estimate and 2 (x - 1).
  for (int run = 0; run < 8; ++run) {
    const std::string prefix = std::to_string(run) + " internals ";
    for (int t = 1; t <= 12; ++t) {
      double product = 0, gradient = 0, estimate = 0;
      for (const char* j : {"0", "1", "2"}) {
        const double g = 2 * (number(all.at(prefix + "iterate " + j).at(t - 1)) - 1);
        const double e = number(all.at(prefix + "estimate " + j).at(t));
        product += g * e;
        gradient += g * g;
        estimate += e * e;
      }
      const double cosine = number(all.at(std::to_string(run) + " cosine cosine ").at(t));
      CHECK(cosine == Approx(product / std::sqrt(gradient * estimate)).epsilon(1e-12));
      CHECK(number(all.at(prefix + "estimate ").at(t)) ==
            Approx(std::sqrt(estimate)).epsilon(1e-12));
    }
  }

  // Nothing is bounded: each iterate is the one before and the update.
  const Rows& x = all.at("0 internals iterate 1");
  const Rows& update = all.at("0 internals update 1");
  CHECK(x.size() == 13);
  for (int t = 1; t <= 12; ++t)
    CHECK(number(x.at(t)) == number(x.at(t - 1)) + number(update.at(t)));

  // The rule of the run itself makes its updates again, to the bit; another makes those of its
  // formula.
  CHECK(all.at("0 replay same 1") == update);
  CHECK(all.at("0 replay same ") == all.at("0 internals update "));
  for (int t = 1; t <= 12; ++t) {
    const double estimate = number(all.at("0 internals estimate 1").at(t));
    CHECK(number(all.at("0 replay descent 1").at(t)) == estimate * -(0.6 / 3));
  }
  CHECK(all.count("1 replay same 1") == 0);  // not of Guided ES
}

TEST_CASE("pictures are those of the chosen iterates and of the last", "[analyses]") {
  const Shell shell(all_four);
  shell.run("r");
  // Instance 1, trial 1, Adam: position 6.
  std::istringstream in(shell.text("r", "pictures.csv"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  REQUIRE(lines.size() == 7);
  CHECK(lines[1] == "6,0,point,1,1,3,0,1,pictures/6-point-0.png");
  CHECK(has(lines[6], "6,12,offset,1,1,3,"));

  const Analyses all = shell.analyses("r");
  const std::vector<std::uint8_t> pixels =
      decoded(shell.text("r", "pictures/6-point-12.png"), 3, 1);
  for (int j = 0; j < 3; ++j) {
    const double x = number(all.at("6 internals iterate " + std::to_string(j)).at(12));
    CHECK(pixels[4 * j] == std::lround(255 * std::min(std::max(x, 0.0), 1.0)));
  }
  // The metrics there: the first coordinate is one.
  CHECK(all.at("6 pictures first ").at(5) == all.at("6 internals iterate 0").at(5));
  CHECK(all.at("6 pictures first ").size() == 3);
}

TEST_CASE("pictures that cannot be shown are left out, and said", "[analyses]") {
  const Shell shell(replaced(all_four, "random_start = true", "random_start = true\nchannels = 2"));
  const ProcessResult r = shell({"run", "e.toml", "-o", "r"});
  INFO(r.err);
  CHECK(r.exit_code == 0);
  CHECK(has(r.err, "the problem's pictures have 2 channels"));
  CHECK(shell({"export", "r", "--csv", "r.csv"}).exit_code == 0);
  CHECK(csv_rows(read_all(shell.folder / "r.csv/pictures.csv")).size() == 1);
}

TEST_CASE("the predicted variance is a picture like the others", "[analyses]") {
  const Shell shell(R"([budget]
iterations = 3
[[problem]]
use = "quadratic"
instances = 1
[[optimizer]]
use = "zo-lstm"
weights = "untrained.safetensors"
[[analysis]]
use = "pictures"
[[analysis]]
use = "internals"
coordinates = [0, 1, 2]
)");
  zeroth::test::untrained_weights(shell.folder, 0.5);
  shell.run("r");
  const Analyses all = shell.analyses("r");
  double most = 0, trace = 0;
  for (const char* j : {"0", "1", "2"}) {
    const double s = number(all.at(std::string("0 internals deviation ") + j).at(3));
    most = std::max(most, s * s);
    trace += s * s;
  }
  CHECK(trace == Approx(3).epsilon(1e-12));  // of the covariance: the dimension
  std::istringstream in(shell.text("r", "pictures.csv"));
  std::string line, last;
  while (std::getline(in, line)) last = line;
  REQUIRE(last.rfind("0,3,variance,1,1,3,0,", 0) == 0);
  CHECK(number(last.substr(21)) == most);
}

TEST_CASE("analyses see the same of plugins in processes of their own", "[analyses]") {
  const Shell shell(all_four);
  shell.run("here");
  shell.run("there", {"--isolate"});
  CHECK(shell.text("there", "trace.csv") == shell.text("here", "trace.csv"));
  CHECK(shell.text("there", "analysis.csv") == shell.text("here", "analysis.csv"));
  CHECK(shell.text("there", "pictures.csv") == shell.text("here", "pictures.csv"));
  CHECK(shell.text("there", "pictures/6-offset-5.png") ==
        shell.text("here", "pictures/6-offset-5.png"));
}

TEST_CASE("stored runs that lack their analyses are done again, and no others", "[analyses]") {
  const Shell shell(losses);
  shell.run("r");
  const std::string before = shell.text("r", "trace.csv");
  shell.folder.write("e.toml", all_four);
  const auto planned = [&] {
    return shell.good({"run", "e.toml", "-o", "r.zeroth", "--dry-run"}).err;
  };
  CHECK(has(planned(), "8 of 8 runs would be done"));
  CHECK(has(shell.good({"run", "e.toml", "-o", "r.zeroth"}).err, "8 of them again"));
  shell.run("r");
  CHECK(shell.text("r", "trace.csv") == before);
  CHECK(shell.analyses("r").count("7 cosine cosine ") == 1);
  CHECK(has(planned(), "0 of 8 runs would be done"));

  shell.folder.write("e.toml", losses + "[[analysis]]\nuse = \"cosine\"\nonly = \":0/Adam\"\n");
  CHECK(has(planned(), "2 of 8 runs would be done"));  // other analyses than those that are stored
  shell.folder.write("e.toml", losses);
  CHECK(has(planned(), "0 of 8 runs would be done"));  // what is stored may be more than is asked
}

TEST_CASE("with a budget in seconds no stored run is done again", "[analyses]") {
  const Shell shell(
      "[budget]\niterations = 2\nseconds = 100\n[[problem]]\nuse = \"quadratic\"\n"
      "[[optimizer]]\nuse = \"zo-sgd\"\n");
  shell.run("r");
  std::string text = read_all(shell.folder / "e.toml");
  shell.folder.write("e.toml", text + "[[analysis]]\nuse = \"cosine\"\n");
  const ProcessResult r = shell({"run", "e.toml", "-o", "r.zeroth"});
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "holds 4 runs without the analyses"));
  CHECK(has(r.err, "name another file with -o"));
}

TEST_CASE("a result file from before analyses opens, and takes them", "[analyses]") {
  const Shell shell(losses);
  shell.run("r");
  execute_sql(shell.folder / "r.zeroth",
              "DROP TABLE analysis; DROP TABLE series; DROP TABLE picture");
  shell.good({"report", "r.zeroth"});
  shell.good({"report", "r.zeroth", "-o", "r.html"});
  shell.good({"export", "r.zeroth", "--csv", "old"});
  shell.folder.write("e.toml", all_four);
  shell.run("r");
  CHECK(shell.analyses("r").count("0 cosine cosine ") == 1);
}

TEST_CASE("what an analysis cannot do is said before any work", "[analyses]") {
  const auto with = [](const std::string& analysis) {
    return complaint_of(losses + "[[analysis]]\n" + analysis);
  };
  CHECK(has(with("use = \"cosin\""), "e.toml:16: use: there is no analysis 'cosin'"));
  CHECK(has(with("use = \"cosin\""), "did you mean 'cosine'?"));
  CHECK(has(with("only = \"x\""), "the key 'use' is missing"));
  CHECK(
      has(with("use = \"cosine\"\ncoordinates = [1]"), "analysis.cosine.coordinates: unknown key"));
  CHECK(has(with("use = \"cosine\"\nonly = \"*/Adm/*\""), "only = \"*/Adm/*\" matches no run"));
  CHECK(has(with("use = \"internals\"\ncoordinates = [3]"),
            "there is no coordinate 3: Quadratic has the coordinates 0-2"));
  CHECK(has(with("use = \"replay\""), "names no optimizer whose rule is to be replayed"));
  CHECK(has(with("use = \"replay\"\n[[analysis.optimizer]]\nuse = \"random-search\""),
            "Random search cannot be replayed: it evaluates points"));
  CHECK(has(with("use = \"replay\"\n[[analysis.optimizer]]\nuse = \"zo-sgd\"\ndelta = -1"),
            "-1 is out of range"));
  const std::string searching = losses + "[[optimizer]]\nuse = \"random-search\"\n[[analysis]]\n";
  CHECK(has(complaint_of(searching + "use = \"cosine\""), "Random search traces no estimate"));
  Shell shell(searching + "use = \"cosine\"\nonly = \"Adam\"");
  shell.good({"run", "e.toml"});

  const std::string bare =
      "[budget]\niterations = 2\n[[problem]]\nuse = \"zoo-nan-problem\"\n"
      "[[optimizer]]\nuse = \"zo-sgd\"\n[[analysis]]\n";
  CHECK(has(complaint_of(bare + "use = \"cosine\""), "has no gradient (zeroth.gradient/1)"));
  CHECK(has(complaint_of(bare + "use = \"pictures\""), "has no pictures (zeroth.render/1)"));
}

TEST_CASE("pictures that cannot be drawn are left out, and said to be", "[analyses]") {
  const Shell shell(all_four);
  shell.run("r");
  const auto change = [&](const char* sql) { execute_sql(shell.folder / "r.zeroth", sql); };
  change(
      "UPDATE picture SET channels = 2, width = 1, pixels = substr(pixels, 1, 16) "
      "WHERE name = 'offset' AND iteration = 5");
  const ProcessResult r = shell.good({"export", "r.zeroth", "--csv", "two"});
  CHECK(has(r.err, "left out of the pictures: 1 whose channels are neither one nor three"));
  CHECK(shell.text("two", "runs.csv") == shell.text("r", "runs.csv"));
  CHECK(shell.text("two", "trace.csv") == shell.text("r", "trace.csv"));
  CHECK(shell.text("two", "analysis.csv") == shell.text("r", "analysis.csv"));
  CHECK(has(shell.text("two", "pictures.csv"), "6,5,offset,2,1,1,"));
  CHECK_FALSE(std::filesystem::exists(shell.folder / "two/pictures/6-offset-5.png"));
  CHECK(std::filesystem::exists(shell.folder / "two/pictures/6-point-5.png"));
  shell.good({"report", "r.zeroth", "-o", "r.html"});

  change("UPDATE picture SET width = 9");  // nobody writes it so
  CHECK(shell({"export", "r.zeroth", "--csv", "broken"}).exit_code == 1);
  CHECK(shell.text("broken", "runs.csv") == shell.text("r", "runs.csv"));
  CHECK(shell.text("broken", "trace.csv") == shell.text("r", "trace.csv"));
  CHECK_FALSE(std::filesystem::exists(shell.folder / "broken/pictures.csv"));
}

TEST_CASE("a picture's scale runs from black to white, or through white around zero",
          "[analyses]") {
  const double nan = std::nan("");
  const RenderedPicture grey{0, "x", 1, 1, 4, 0, 2, {0, 1, 3, nan}};
  CHECK(decoded(png_of(grey), 4, 1) == std::vector<std::uint8_t>{0, 0, 0, 255, 128, 128, 128, 255,
                                                                 255, 255, 255, 255, 0, 0, 0, 0});
  const RenderedPicture around{0, "x", 1, 3, 1, -1, 1, {-1, 0, 1}};
  const std::vector<std::uint8_t> pixels = decoded(png_of(around), 1, 3);
  CHECK(pixels[2] > pixels[0] + 100);  // blue
  CHECK((pixels[4] == 255 && pixels[5] == 255 && pixels[6] == 255));
  CHECK(pixels[8] > pixels[10] + 100);  // red
  const RenderedPicture colours{0, "x", 3, 1, 2, 0, 1, {1, 0, 0, 1, 0, 0}};
  CHECK(decoded(png_of(colours), 2, 1) ==
        std::vector<std::uint8_t>{255, 0, 0, 255, 0, 255, 0, 255});
}
