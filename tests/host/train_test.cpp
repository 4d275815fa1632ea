// `zeroth train`, as a user runs it, over an optimizer that learns one number.
#include <zeroth/file.hpp>
#include <zeroth/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <set>
#include <sstream>

#include "plugins/registry.hpp"
#include "spec/read_training.hpp"
#include "support/catch.hpp"
#include "support/work_folder.hpp"
#include "train/adam.hpp"
#include "train/schedule.hpp"
#include "train/train.hpp"

using namespace zeroth::host;
using namespace zeroth::test;
using namespace std::chrono_literals;

namespace {

const std::string sections = R"([problem]
use = "quadratic"
instances = "0"
random_start = true
[optimizer]
use = "learned-step"
[validation]
instances = "1"
trials = 2
iterations = 10
)";

const std::string small = "title = \"Small\"\nseed = 3\n" + sections + R"([[phase]]
learning_rate = 0.3
averaging = 0.5
epochs = 4
steps = 2
batch = 3
iterations = 10
unroll = 5
[[phase]]
learning_rate = 0.05
epochs = 2
steps = 2
iterations = 10
unroll = 5
)";

// The same, but half a second or so.
std::string slow() {
  return "gradient = \"differences\"\n" +
         replaced(replaced(small, "random_start = true", "random_start = true\ndimension = 300"),
                  "epochs = 4", "epochs = 60");
}

struct Shell : WorkFolder {
  explicit Shell(const std::string& text = small) : WorkFolder("t.toml", text) {
    environment.push_back("TMPDIR=" + folder.path().string());  // what is left there is seen
  }
  ProcessResult train(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"train", "t.toml", "-o", "w"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return (*this)(arguments);
  }
  double weight() const {
    return zeroth::Safetensors(zeroth::read_file(folder / "w", "", ""), "w")
        .values("log_step", {1})[0];
  }
};

std::set<std::string> files_in(const Shell& shell) {
  std::set<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(shell.folder.path()))
    names.insert(each.path().filename().string());
  return names;
}

std::string complaint(const std::string& text, std::vector<std::string> more = {}) {
  const Shell shell(text);
  const ProcessResult r = shell.train(std::move(more));
  INFO(r.err);
  CHECK(r.exit_code == 2);
  CHECK_FALSE(shell.exists("w"));
  CHECK_FALSE(shell.exists("w.training"));
  return r.err;
}

}  // namespace

TEST_CASE("a training lowers the validation score and says how far it is", "[train]") {
  const Shell shell;
  const ProcessResult r = shell.train();
  INFO(r.err << r.out);
  REQUIRE(r.exit_code == 0);
  CHECK(has(r.err, "phase 1/2, epoch 0/4: validation"));
  CHECK(has(r.err, "phase 2/2, epoch 2/2: validation"));
  CHECK(has(r.err, " left"));
  CHECK(has(r.out, "weights in w, curve in w.training"));
  CHECK(shell.weight() > -5.0);  // from -6, a step far too small
  CHECK(files_in(shell) == std::set<std::string>{"t.toml", "w", "w.training"});
  CHECK(has(read_all(shell.folder / "w"), "Small"));  // the note

  const ProcessResult again = shell.train();
  CHECK(again.exit_code == 0);
  CHECK(again.out == r.out);
  CHECK(shell({"report", "w.training"}).out.find("best validation") != std::string::npos);
  REQUIRE(shell({"export", "w.training", "--csv", "c"}).exit_code == 0);
  const std::string curve = read_all(shell.folder / "c" / "training.csv");
  CHECK(std::count(curve.begin(), curve.end(), '\n') == 1 + 4 * 2 + 2 * 2);
  const std::string scores = read_all(shell.folder / "c" / "validation.csv");
  CHECK(std::count(scores.begin(), scores.end(), '\n') == 1 + 5 + 3);
}

TEST_CASE("the score is the mean loss after the iterations that the file names", "[train]") {
  const auto first_score = [](const std::string& at) {
    const Shell shell(replaced(small, "trials = 2", "trials = 2\n" + at));
    const ProcessResult r = shell.train();
    INFO(r.err);
    REQUIRE(r.exit_code == 0);
    REQUIRE(shell({"export", "w.training", "--csv", "c"}).exit_code == 0);
    const std::string scores = read_all(shell.folder / "c" / "validation.csv");
    std::istringstream row(scores.substr(scores.find('\n') + 1));
    std::string phase, epoch, score;
    std::getline(row, phase, ',');
    std::getline(row, epoch, ',');
    std::getline(row, score, ',');
    return std::stod(score);
  };
  const double at_3 = first_score("at = [3]"), at_7 = first_score("at = [7]");
  CHECK(at_3 > at_7);
  CHECK(at_7 > first_score(""));
  CHECK(first_score("at = [10]") == first_score(""));
  CHECK(first_score("at = [3, 7]") == Approx((at_3 + at_7) / 2).epsilon(1e-12));
}

namespace {

// A training in this process: the states after each step and each validation.
struct Watched {
  std::vector<TrainingState> steps, validations;
  std::vector<StepRecord> records;
  std::vector<double> scores;
  double kept = 0;  // the weight in the file at the end

  explicit Watched(const std::string& text) {
    const TemporaryFolder folder;
    static const Registry registry(std::vector<std::filesystem::path>{test_plugins},
                                   [](const std::string& warning) { FAIL(warning); });
    const Training training = read_training(folder.write("t.toml", text), {});
    const BoundTraining bound =
        bind_training(training, registry.optimizers(), registry.problems(), nullptr);
    const Suite suite(*bound.problem.descriptor, bound.problem.values, "");
    std::atomic<bool> cancel{false};
    TrainingState state;
    TrainingObserver observer;
    observer.step = [&](const StepRecord& record, const TrainingState& now) {
      records.push_back(record);
      steps.push_back(now);
    };
    observer.validation = [&](const ValidationRecord& record, const TrainingState& now) {
      scores.push_back(record.score);
      validations.push_back(now);
    };
    observer.improved = [] {};
    const auto outcome =
        zeroth::host::train(bound, suite, 1, cancel, folder / "scratch", state, observer);
    INFO(outcome.message);
    REQUIRE(outcome.end == TrainingEnd::complete);
    const auto file = folder.write("w", state.start);
    kept = zeroth::Safetensors(zeroth::read_file(file, "", ""), "w").values("log_step", {1})[0];
  }
};

const std::string one_phase = sections + R"([[phase]]
batch = 2
iterations = 10
unroll = 10
)";

}  // namespace

TEST_CASE("steps are Adam's on a clipped gradient, with a rate that falls geometrically",
          "[train]") {
  // The clip is far below every gradient, and they have one sign: each step is the learning rate.
  const Watched training(one_phase +
                         "learning_rate = 0.1\nfinal_learning_rate = 1e-3\nclip = 1e-3\n"
                         "averaging = 0.75\nepochs = 3\nsteps = 2\n");
  REQUIRE(training.steps.size() == 6);
  const std::vector<double> rates{0.1, 0.1, 0.01, 0.01, 0.001, 0.001};
  double weight = -6, mean = -6;
  std::set<double> starts;
  for (std::size_t i = 0; i < 6; ++i) {
    const TrainingState& now = training.steps[i];
    CHECK(training.records[i].gradient_norm > 0.1);
    CHECK(now.weights.at(0) - weight == Approx(rates[i]).epsilon(1e-4));
    weight = now.weights[0];
    mean = 0.75 * mean + 0.25 * weight;
    CHECK(now.mean.at(0) == Approx(mean).epsilon(1e-14));
    starts.insert(training.records[i].initial_loss);
  }
  CHECK(starts.size() == 6);  // no two groups of optimizations are alike
}

TEST_CASE("a phase ends with the weights of its best validation", "[train]") {
  // So large a step goes past the best step size.
  const Watched training(one_phase +
                         "learning_rate = 0.9\nclip = 1e-3\naveraging = 0.5\nepochs = 8\n"
                         "steps = 1\n");
  const auto best = std::min_element(training.scores.begin(), training.scores.end());
  REQUIRE(best + 1 != training.scores.end());
  const std::size_t epoch = static_cast<std::size_t>(best - training.scores.begin());
  CHECK(training.validations.back().best_epoch == epoch);
  CHECK(training.kept == training.validations[epoch].mean.at(0));
  CHECK(training.kept != training.validations[epoch].weights.at(0));
}

TEST_CASE("weights that were deleted come back from the training file", "[train]") {
  const Shell shell;
  REQUIRE(shell.train().exit_code == 0);
  const std::string bytes = read_all(shell.folder / "w");
  std::filesystem::remove(shell.folder / "w");
  REQUIRE(shell.train().exit_code == 0);
  CHECK(read_all(shell.folder / "w") == bytes);

  shell.folder.write("w", "precious");
  const ProcessResult r = shell.train();
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "holds other weights than its training ended with"));
  CHECK(read_all(shell.folder / "w") == "precious");
}

TEST_CASE("the number of threads does not change the weights", "[train]") {
  const Shell one, eight;
  REQUIRE(one.train({"-j", "1"}).exit_code == 0);
  REQUIRE(eight.train({"-j", "8"}).exit_code == 0);
  CHECK(read_all(one.folder / "w") == read_all(eight.folder / "w"));
}

TEST_CASE("killed at any moment and resumed, a training ends with the same bits", "[train]") {
  const Shell undisturbed(slow()), killed(slow());
  REQUIRE(undisturbed.train().exit_code == 0);
  int kills = 0;
  for (int milliseconds = 40; kills < 100; milliseconds += milliseconds / 4) {
    const ProcessResult r =
        killed({"train", "t.toml", "-o", "w"}, std::chrono::milliseconds(milliseconds));
    if (r.exit_code == 0) break;
    CHECK(r.exit_code == 128 + SIGKILL);
    ++kills;
  }
  CHECK(kills > 1);
  CHECK(killed.train().exit_code == 0);
  CHECK(read_all(killed.folder / "w") == read_all(undisturbed.folder / "w"));
}

TEST_CASE("an interrupted training says how to go on", "[train]") {
  const Shell shell(slow());
  const ProcessResult r = shell({"train", "t.toml", "-o", "w"}, 10ms, SIGINT,
                                [&] { return shell.exists("w"); });  // the first validation is done
  CHECK(r.exit_code == 130);
  CHECK(has(r.err, "the same command goes on from here"));
  CHECK(shell.train().exit_code == 0);
}

TEST_CASE("a training that diverges keeps the best weights and says where", "[train]") {
  const Shell shell(replaced(small, "learning_rate = 0.3", "poison = 15\nlearning_rate = 0.3"));
  const ProcessResult r = shell.train();
  INFO(r.err);
  CHECK(r.exit_code == 1);
  CHECK(
      has(r.err, "the training diverged: phase 1, epoch 3, step 1: no optimization stayed finite"));
  CHECK(has(r.err, "3 of 3 optimizations did not stay finite") == false);
  CHECK(shell.weight() > -6.0);

  const Shell exploding(replaced(small, "learning_rate = 0.3", "explode = 9\nlearning_rate = 0.3"));
  const ProcessResult e = exploding.train();
  INFO(e.err);
  CHECK(e.exit_code == 1);
  CHECK(has(e.err, "the training diverged: phase 1, epoch 1: the validation score is"));
  CHECK(exploding.weight() == -6.0);
}

TEST_CASE("a gradient that is not finite never reaches the weights, whatever the plugin says",
          "[train]") {
  const Shell shell(
      replaced(small, "learning_rate = 0.3", "poison = 15\nlies = true\nlearning_rate = 0.3"));
  const ProcessResult r = shell.train();
  INFO(r.err);
  CHECK(r.exit_code == 1);
  CHECK(has(r.err, "phase 1, epoch 3, step 1: no optimization stayed finite"));
  CHECK(std::isfinite(shell.weight()));
  CHECK(shell.weight() > -6.0);
}

TEST_CASE("a validation run that leaves the finite numbers has an infinite score", "[train]") {
  const Shell shell(replaced(small, "learning_rate = 0.3", "explode = 800\nlearning_rate = 0.3"));
  const ProcessResult r = shell.train();
  INFO(r.err);
  CHECK(r.exit_code == 1);
  CHECK(has(r.err, "phase 1, epoch 1: the validation score is inf"));
  CHECK(shell.weight() == -6.0);
}

TEST_CASE("a training that has diverged in a validation does so again when it is started again",
          "[train]") {
  const std::string text =
      replaced(small, "learning_rate = 0.3", "explode = 9\nlearning_rate = 0.3");
  for (const char* epochs : {"phase.*.epochs=4", "phase.*.epochs=1"}) {
    const Shell shell(text);
    for (int start = 0; start < 3; ++start) {
      const ProcessResult r = shell.train({"--set", epochs});
      INFO(r.err);
      CHECK(r.exit_code == 1);
      CHECK(has(r.err, "the training diverged: phase 1, epoch 1: the validation score is"));
      CHECK(shell.weight() == -6.0);
    }
    const std::string scores = shell.exported("w.training", "validation.csv");
    CHECK(std::count(scores.begin(), scores.end(), '\n') == 1 + 2);
  }
}

TEST_CASE("mistakes in a training file are named with place and remedy", "[train]") {
  CHECK(has(complaint(replaced(small, "unroll = 5", "unrol = 5")), "has no parameter 'unrol'"));
  CHECK(has(complaint(replaced(small, "epochs = 4", "epochs = 0")), "epochs: must be at least 1"));
  CHECK(has(complaint(replaced(small, "learning_rate = 0.3", "learning_rate = -1")),
            "learning_rate: must be above 0"));
  CHECK(has(complaint(replaced(small, "instances = \"1\"", "instances = \"0-1\"")),
            "instance 0 is trained on too"));
  CHECK(has(
      complaint(replaced(small, "use = \"quadratic\"", "use = \"quadratic\"\nsplit = \"test\"")),
      "uses the train split alone"));
  CHECK(has(complaint(replaced(small, "learned-step", "zo-sgd")), "zo-sgd has nothing to learn"));
  CHECK(has(complaint(replaced(small, "[validation]", "[valuation]")), "unknown key"));
  CHECK(has(complaint(replaced(small, "trials = 2", "at = [11]")), "at: must be at most 10"));
  CHECK(has(complaint(replaced(small, "trials = 2", "at = 10")), "at: must be a list"));
  CHECK(has(complaint(small, {"--set", "phase.3.epochs=1"}), "sets nothing in this file"));
  CHECK(has(complaint(small, {"--set", "optimizer.weights=none"}), "there is no such file"));
  CHECK(has(complaint(replaced(small, "[optimizer]", "gradient = 1\n[optimizer]")), "gradient"));
}

TEST_CASE("what an optimizer refuses in a later phase is said before any work", "[train]") {
  std::string text = replaced(small, "learned-step", "zo-lstm");
  text = replaced(text, "learning_rate = 0.3", "optimizer = { variant = \"no-query\" }");
  const std::string refusal = complaint(text);
  INFO(refusal);
  CHECK(has(refusal, "t.toml:21: phase 2: zo-lstm: the weights of the phase before: holds no "));
  CHECK(has(complaint(replaced(small, "random_start", "bound = 2.0\nrandom_start")),
            "t.toml:4: problem.use: Quadratic has bounds, which learned-step ignores"));
  // What --set gives an optimizer's phase is its as well.
  CHECK(has(complaint(replaced(small, "learned-step", "zo-lstm"),
                      {"--set", "phase.1.optimizer.variant=no-query"}),
            "t.toml:21: phase 2: zo-lstm: the weights of the phase before: holds no "));
  CHECK(has(complaint(small, {"--set", "phase.*.optimizer.variant=full"}),
            "learned-step has no parameter 'variant'"));
  CHECK(has(complaint(replaced(small, "epochs = 2", "optimizer = { weights = \"x\" }")),
            "starts from the best weights of the phase before"));
}

TEST_CASE("a parameter of a plugin's training must not be a key of every phase", "[train]") {
  zeroth::host::Parameter clip;
  clip.name = "clip";
  zeroth::host::Descriptor optimizer, problem;
  optimizer.id = "tailor";
  problem.id = "cloth";
  optimizer.training.emplace();
  optimizer.training->parameters.push_back(clip);
  zeroth::host::Training training;
  training.optimizer.id = "tailor";
  training.problem.id = "cloth";
  CHECK_THROWS_WITH(zeroth::host::bind_training(training, {optimizer}, {problem}, nullptr),
                    ContainsSubstring("has a parameter 'clip'"));
}

TEST_CASE("central differences train as the exact gradient does", "[train]") {
  const std::string wide =
      replaced(small, "random_start = true", "random_start = true\ndimension = 70");
  const Shell exact(wide), differences(wide), other(wide);
  const auto train = [](const Shell& shell, const char* gradient, const char* threads) {
    const ProcessResult r = shell.train(
        {"-j", threads, "--set", "phase.*.clip=0.0", "--set", std::string("gradient=") + gradient});
    REQUIRE(r.exit_code == 0);
  };
  train(exact, "exact", "1");
  train(differences, "differences", "1");
  train(other, "differences", "8");
  // f(x +- mu e) is about 100, so that a difference is exact to 100 * 2^-53 / mu = 1e-8.
  CHECK(differences.weight() == Approx(exact.weight()).epsilon(1e-6));
  CHECK(differences.weight() != exact.weight());
  CHECK(read_all(differences.folder / "w") == read_all(other.folder / "w"));
}

TEST_CASE("a training may move to another folder", "[train]") {
  const std::string text = replaced(small, "random_start", "file = \"data\"\nrandom_start");
  const Shell here(text), there(text);
  for (const Shell* each : {&here, &there}) {
    each->folder.write("data", "the same");
    REQUIRE(each->train().exit_code == 0);
  }
  CHECK(read_all(here.folder / "w") == read_all(there.folder / "w"));
  there.folder.write("data", "other");
  CHECK(has(there.train().err, "holds a training with other settings, data"));
}

TEST_CASE("weights of another origin are never written over", "[train]") {
  const Shell shell;
  shell.folder.write("w", "precious");
  const ProcessResult r = shell.train();
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "is there already"));
  CHECK(read_all(shell.folder / "w") == "precious");

  const Shell other;
  REQUIRE(other.train().exit_code == 0);
  const std::string bytes = read_all(other.folder / "w");
  const ProcessResult changed = other.train({"--set", "seed=4"});
  CHECK(changed.exit_code == 2);
  CHECK(has(changed.err, "holds a training with other settings"));
  CHECK(read_all(other.folder / "w") == bytes);
}

TEST_CASE("a training leaves alone what is beside its weights, also the weights of another",
          "[train]") {
  const Shell shell;
  for (const char* file : {"w.partial", "w.new"}) shell.folder.write(file, "precious");
  REQUIRE(shell.train().exit_code == 0);
  CHECK(read_all(shell.folder / "w.partial") == "precious");
  CHECK(read_all(shell.folder / "w.new") == "precious");

  const Shell others;
  for (const char* weights : {"w.partial", "w.new", "w"})
    REQUIRE(others({"train", "t.toml", "-o", weights}).exit_code == 0);
  CHECK(files_in(others) == std::set<std::string>{"t.toml", "w", "w.training", "w.new",
                                                  "w.new.training", "w.partial",
                                                  "w.partial.training"});
  for (const char* weights : {"w.partial", "w.new"})
    CHECK(read_all(others.folder / weights) == read_all(others.folder / "w"));
}

TEST_CASE("weights that take the place of an unfinished training's are not written over",
          "[train]") {
  const Shell shell(slow());
  const auto interrupt = [&] {
    return shell({"train", "t.toml", "-o", "w"}, 10ms, SIGINT, [&] { return shell.exists("w"); })
        .exit_code;
  };
  REQUIRE(interrupt() == 130);
  const std::string ours = read_all(shell.folder / "w");
  shell.folder.write("w", "precious");
  const ProcessResult r = shell.train();
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "w: holds other weights than this training has written"));
  CHECK(read_all(shell.folder / "w") == "precious");
  std::filesystem::remove(shell.folder / "w");  // then they come back at once
  REQUIRE(interrupt() == 130);
  CHECK(shell.exists("w"));

  const Shell empty;
  empty.folder.write("w", "precious");
  empty.folder.write("w.training", "");
  CHECK(empty.train().exit_code == 2);
  CHECK(read_all(empty.folder / "w") == "precious");
}

TEST_CASE("a run under test gets no gradient", "[train]") {
  const Shell shell;
  shell.folder.write("e.toml",
                     "[budget]\niterations = 3\n[[problem]]\nuse = \"quadratic\"\n"
                     "[[optimizer]]\nuse = \"learned-step\"\n");
  CHECK(shell({"run", "e.toml"}).exit_code == 0);
}

// tests/data-free golden values: torch.optim.Adam(lr=0.1) of PyTorch's documentation, computed by
// hand from Kingma & Ba 2015, algorithm 1: the first step is lr g / (|g| + eps) whatever g is.
TEST_CASE("Adam takes the steps of its paper", "[train]") {
  zeroth::host::Adam adam(2);
  std::vector<double> w{1.0, -2.0};
  adam.step(w, {0.5, -3.0}, 0.1);
  CHECK(w[0] == Approx(1.0 - 0.1 * 0.5 / (0.5 + 1e-8)).epsilon(1e-14));
  CHECK(w[1] == Approx(-2.0 + 0.1 * 3.0 / (3.0 + 1e-8)).epsilon(1e-14));
  adam.step(w, {-0.25, 0.0}, 0.1);
  const double m = (0.9 * 0.1 * 0.5 + 0.1 * -0.25) / (1 - 0.81);
  const double v = (0.999 * 0.001 * 0.25 + 0.001 * 0.0625) / (1 - 0.999 * 0.999);
  CHECK(w[0] ==
        Approx(1.0 - 0.1 * 0.5 / (0.5 + 1e-8) - 0.1 * m / (std::sqrt(v) + 1e-8)).epsilon(1e-12));
}

TEST_CASE("a schedule passes over all instances, each pass in its own order", "[train]") {
  const zeroth::host::Schedule schedule(1, 0, {4, 7, 9});
  for (std::uint64_t pass = 0; pass < 5; ++pass) {
    std::vector<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < 3; ++i) seen.push_back(schedule[3 * pass + i].instance);
    std::sort(seen.begin(), seen.end());
    CHECK(seen == std::vector<std::uint64_t>{4, 7, 9});
  }
  CHECK(schedule[0].seed != schedule[1].seed);
  CHECK(schedule[0].seed != zeroth::host::Schedule(1, 1, {4, 7, 9})[0].seed);
  CHECK(schedule[0].seed != zeroth::host::Schedule(2, 0, {4, 7, 9})[0].seed);
}
