#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <system_error>

#include "check/child.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "near_miss.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace {

namespace po = boost::program_options;

constexpr const char* overview = R"(Zeroth: black-box (zeroth-order) optimization, benchmarked.

usage: zeroth COMMAND [OPTIONS]

  zeroth list [optimizers|problems]   what the plugins offer
  zeroth describe NAME                one optimizer or problem: parameters, reference, file
  zeroth run EXPERIMENT.toml          run a matrix of optimizers and problems; again: only what is missing
  zeroth minimize --command PROGRAM   minimise what a program of yours computes
  zeroth train TRAINING.toml -o FILE  learn the weights of an optimizer; again: go on where it was
  zeroth tune EXPERIMENT.toml         find good parameters on the train split; writes them as an experiment
  zeroth report FILE                  print the table of a result file; -o REPORT.html: a page of figures and tests
  zeroth export FILE --csv DIR        write runs.csv and trace.csv
  zeroth new optimizer|problem NAME   write the source of a plugin of your own, with tests
  zeroth check LIBRARY                put a plugin through its tests

`zeroth COMMAND --help` says more.  `zeroth --version` prints the version.

Plugins are looked for in --plugin-dir, ZEROTH_PLUGIN_PATH, beside the program, and in
$XDG_DATA_HOME/zeroth/plugins.  Exit codes: 0 done, 1 runs, files or tests failed, 2 bad input, 130 interrupted.
)";

enum class LooksForPlugins { no, yes };

// One command's options: those of its own, its positional argument, and those that all have.
class Parser {
 public:
  Parser(std::string usage, std::string explanation,
         LooksForPlugins looks_for_plugins = LooksForPlugins::yes)
      : usage_(std::move(usage)), explanation_(std::move(explanation)), visible_("Options") {
    if (looks_for_plugins == LooksForPlugins::yes) {
      options()("plugin-dir", po::value(&plugin_folders_)->value_name("DIR"),
                "also look for plugins here, first; may be repeated");
    }
    options()("help,h", "print this help");
  }
  po::options_description_easy_init options() { return visible_.add_options(); }
  /// --threads.
  void threads(int* target, const char* what, int default_at_most = 1024) {
    *target = std::min(available_cores(), default_at_most);
    threads_ = target;
    options()("threads,j", po::value(target)->value_name("N"), what);
  }
  template <typename T>
  void positional(const char* name, T* target) {
    hidden_.add_options()(name, po::value(target));
    positional_.add(name, 1);
  }

  /// False: help was printed.
  bool parse(const std::vector<std::string>& arguments, std::ostream& out) {
    po::options_description all;
    all.add(visible_).add(hidden_);
    po::variables_map map;
    try {
      po::store(po::command_line_parser(arguments).options(all).positional(positional_).run(), map);
      if (map.count("help") != 0) {
        out << "usage: " << usage_ << "\n\n" << explanation_ << "\n" << visible_;
        return false;
      }
      po::notify(map);
    } catch (const po::unknown_option& error) {
      std::vector<std::string> known;
      for (const auto& option : visible_.options()) known.push_back("--" + option->long_name());
      throw UserError("command line", fmt::format("unknown option '{}'", error.get_option_name()),
                      suggestion(error.get_option_name(), known));
    } catch (const po::too_many_positional_options_error&) {
      throw UserError("command line", "too many arguments", "usage: " + usage_);
    } catch (const po::error& error) {
      throw UserError("command line", error.what(), "usage: " + usage_);
    }
    if (threads_ != nullptr && (*threads_ < 1 || *threads_ > 1024))
      throw UserError("--threads", fmt::format("must be 1 .. 1024, is {}", *threads_));
    return true;
  }
  void require(bool given, const std::string& what) const {
    if (!given) throw UserError("command line", what + " is missing", "usage: " + usage_);
  }
  const std::vector<std::string>& plugin_folders() const { return plugin_folders_; }

 private:
  std::string usage_, explanation_;
  int* threads_ = nullptr;
  std::vector<std::string> plugin_folders_;
  po::options_description visible_, hidden_;
  po::positional_options_description positional_;
};

std::vector<std::uint64_t> iterations_of(const std::string& list) {
  std::vector<std::uint64_t> iterations;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    std::uint64_t value = 0;
    const char* last = list.data() + end;
    const auto [stop, error] = std::from_chars(list.data() + at, last, value);
    if (error != std::errc() || stop != last || value == 0) {
      throw UserError("--at", fmt::format("'{}' is no list of iterations", list),
                      "say it like --at 50,100,200");
    }
    iterations.push_back(value);
    at = end + 1;
  }
  return iterations;
}

using Arguments = std::vector<std::string>;

// Values that begin with a minus are no options: "--bounds -5,5" is what people write.
Arguments joined_bounds(const Arguments& arguments) {
  Arguments joined;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    static const std::vector<std::string> long_names{"--bounds", "--start", "--target"};
    const bool named =
        std::find(long_names.begin(), long_names.end(), arguments[i]) != long_names.end();
    const bool negative =
        i + 1 < arguments.size() && arguments[i + 1].size() > 1 && arguments[i + 1][0] == '-' &&
        std::string(".0123456789i").find(arguments[i + 1][1]) != std::string::npos;
    if ((named || arguments[i] == "-b") && negative) {
      joined.push_back(arguments[i] + (named ? "=" : "") + arguments[i + 1]);
      ++i;
    } else {
      joined.push_back(arguments[i]);
    }
  }
  return joined;
}

std::uint64_t count_in(const std::string& text, const char* option) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  throw UserError(option, fmt::format("must be a whole number, is '{}'", text));
}

double real_in(const std::string& text, const char* option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value))
    return value;
  throw UserError(option, fmt::format("must be a number, is '{}'", text));
}

using Run = std::function<int(const Arguments&)>;

}  // namespace

int dispatch(const Arguments& arguments, const Commands& commands,
             std::vector<std::string>& plugin_folders, std::ostream& out) {
  const auto list = [&](const Arguments& rest) {
    Parser parser("zeroth list [optimizers|problems]", "Lists what the plugins offer, by id.\n");
    std::string kind;
    parser.positional("kind", &kind);
    if (!parser.parse(rest, out)) return 0;
    if (!kind.empty() && kind != "optimizers" && kind != "problems") {
      throw UserError("command line", fmt::format("there is no list of '{}'", kind),
                      suggestion(kind, {"optimizers", "problems"}));
    }
    plugin_folders = parser.plugin_folders();
    return commands.list({kind != "problems", kind != "optimizers"});
  };
  const auto describe = [&](const Arguments& rest) {
    Parser parser("zeroth describe NAME", "Describes the optimizer or problem of that id.\n");
    DescribeOptions options;
    parser.positional("name", &options.name);
    if (!parser.parse(rest, out)) return 0;
    parser.require(!options.name.empty(), "the NAME of an optimizer or problem");
    plugin_folders = parser.plugin_folders();
    return commands.describe(options);
  };
  const auto run = [&](const Arguments& rest) {
    Parser parser("zeroth run EXPERIMENT.toml [OPTIONS]",
                  "Runs every combination of problem, instance, trial and optimizer of the "
                  "experiment that the\n"
                  "result file does not hold yet, and prints the table.  A finished run is on disk "
                  "before the\n"
                  "next line of progress; after an interruption, the same command goes on.\n"
                  "Experiments, weights and models that are shipped are in\n" +
                      share_folder().string() + ".\n");
    RunOptions options;
    parser.options()(
        "output,o", po::value(&options.output)->value_name("FILE"),
        "result file; default: EXPERIMENT.zeroth, or EXPERIMENT-NAME.zeroth with --set scale=NAME, "
        "in the current folder.  An experiment with another seed, budget or parameters needs "
        "another file");
    parser.threads(&options.threads, "runs at a time; default: one for each core it may use");
    parser.options()("dry-run,n", po::bool_switch(&options.dry_run),
                     "print what would be run, and write nothing")(
        "isolate", po::bool_switch(&options.isolate),
        "run every plugin in a process of its own: a crash, a hang or exhausted memory costs one "
        "run; the numbers stay the same")(
        "set", po::value(&options.settings)->value_name("KEY=VALUE")->composing(),
        "replace a value of the experiment: trials=3, budget.iterations=50, limits.seconds=10, "
        "optimizer.zo-sgd.delta=[1,4], problem.*.instances=2, or scale=NAME for all that the "
        "file's [scale.NAME] sets; may be repeated.  Relative paths: beside EXPERIMENT.toml, else "
        "in the folder above")(
        "only", po::value(&options.only)->value_name("PATTERN")->composing(),
        "only runs whose name (PROBLEM/SPLIT:INSTANCE/OPTIMIZER/TRIAL with the labels of tables; "
        "see --dry-run) contains this, or matches it as a whole if it has *, ? or [...]; may be "
        "repeated")("retry-failed", po::bool_switch(&options.retry_failed),
                    "also runs that failed, crashed or went over a limit: what comes of them "
                    "now takes the place of what is stored");
    parser.positional("experiment", &options.experiment);
    if (!parser.parse(rest, out)) return 0;
    parser.require(!options.experiment.empty(), "the EXPERIMENT file");
    plugin_folders = parser.plugin_folders();
    return commands.run(options);
  };
  const auto minimize = [&](const Arguments& rest) {
    Parser parser(
        "zeroth minimize --command PROGRAM --dimension D --queries N [OPTIONS]",
        "Minimises what a program computes, and prints the best point that was evaluated.\n\n"
        "The program reads a line with D numbers and writes a line with the value, again and "
        "again,\n"
        "each flushed at once; `nan` says that the point failed.  It is started once for each "
        "thread, so\n"
        "that several points are computed at a time.  `zeroth describe command` lists what else "
        "can be set;\n"
        "such programs are in " +
            (share_folder() / "examples").string() +
            ".\n\n"
            "  zeroth minimize --command 'python3 sim.py' --dimension 8 --bounds=-5,5 --queries "
            "2000\n\n"
            "Ctrl-C ends after the points under way; what was found until then is printed and "
            "kept.\n");
    MinimizeOptions options;
    std::string queries, seconds, target, seed;
    parser.options()("command", po::value(&options.command)->value_name("PROGRAM"),
                     "the program, as sh runs it: 'python3 sim.py'")(
        "dimension,d", po::value(&options.dimension)->value_name("D"),
        "numbers that the program reads; default: as many as --bounds or --start have")(
        "bounds,b", po::value(&options.bounds)->value_name("L,U"),
        "-5,5 for every number, or one pair for each: '-5,5; 0,1; 0,inf'; default: none")(
        "start", po::value(&options.start)->value_name("X"),
        "1,2,3, or 0.5 for every number, or random; default: the middle of the bounds, else 0")(
        "queries,n", po::value(&queries)->value_name("N"), "evaluations to spend at most")(
        "seconds", po::value(&seconds)->value_name("S"), "time to spend at most")(
        "target", po::value(&target)->value_name("F"), "be content with this value")(
        "optimizer", po::value(&options.optimizer)->value_name("ID")->default_value("cma-es"),
        "`zeroth list optimizers` names them.  The default asks for many points at once, and minds "
        "neither noise, nor failed points, nor several valleys; where values are dear and smooth, "
        "try nlopt")(
        "set", po::value(&options.settings)->value_name("KEY=VALUE")->composing(),
        "a parameter of the optimizer, as in --set sigma=0.1, or of the problem, as in --set "
        "problem.retries=3; may be repeated")("seed",
                                              po::value(&seed)->value_name("N")->default_value("1"),
                                              "the same seed finds the same point");
    parser.threads(&options.threads,
                   "copies of the program at a time; default: one for each core it may use");
    parser.options()("protocol", po::value(&options.protocol)->value_name("plain|json"),
                     "json: {\"x\": [...]} is answered by {\"f\": ...}")(
        "batch", po::value(&options.batch)->value_name("N")->default_value(1),
        "points that one copy is asked at once")(
        "timeout", po::value(&options.timeout)->value_name("S"),
        "seconds for a point; then the program is killed and the point has failed")(
        "output,o", po::value(&options.output)->value_name("FILE"),
        "result file for `zeroth report` and `export`; default: minimize.zeroth, or the first of "
        "minimize-2.zeroth, ... that is not there")("json", po::bool_switch(&options.json),
                                                    "print a JSON object, for scripts");
    if (!parser.parse(joined_bounds(rest), out)) return 0;
    parser.require(!options.command.empty(), "--command PROGRAM");
    if (!queries.empty()) options.queries = count_in(queries, "--queries");
    options.seed = count_in(seed, "--seed");
    if (!seconds.empty()) options.seconds = real_in(seconds, "--seconds");
    if (!target.empty()) options.target = real_in(target, "--target");
    parser.require(options.queries || options.seconds, "--queries N or --seconds S");
    plugin_folders = parser.plugin_folders();
    return commands.minimize(options);
  };
  const auto train = [&](const Arguments& rest) {
    Parser parser(
        "zeroth train TRAINING.toml -o WEIGHTS [OPTIONS]",
        "Learns the weights of an optimizer on the train split of a problem, and writes the "
        "best by\n"
        "validation.  Where it stands and its curve are in WEIGHTS.training: interrupted or "
        "killed,\n"
        "the same command goes on and ends with the same bits.\n");
    TrainOptions options;
    parser.options()("output,o", po::value(&options.output)->value_name("WEIGHTS"),
                     "file for the weights, such as weights.safetensors");
    parser.threads(&options.threads, "threads; default: one for each core it may use");
    parser.options()(
        "set", po::value(&options.settings)->value_name("KEY=VALUE")->composing(),
        "replace a value of the training file: seed=3, phase.1.epochs=5, phase.*.batch=4, "
        "optimizer.q=50; may be repeated");
    parser.positional("training", &options.training);
    if (!parser.parse(rest, out)) return 0;
    parser.require(!options.training.empty(), "the TRAINING file");
    parser.require(!options.output.empty(), "-o WEIGHTS");
    plugin_folders = parser.plugin_folders();
    return commands.train(options);
  };
  const auto tune = [&](const Arguments& rest) {
    Parser parser(
        "zeroth tune EXPERIMENT.toml [OPTIONS]",
        "Finds, for each optimizer of an experiment, the parameters with the least mean final loss "
        "on\n"
        "instances of the train split, and writes the experiment with these values.\n\n"
        "What is tried: delta (alpha, of an optimizer that learns) at 0.01, 0.1, ..., 1000, then\n"
        "linearly about the best; beta1 at 0.9, 0.99 and beta2 at 0.99, 0.996, 0.999, where both "
        "are\n"
        "there; a parameter that the experiment sets to a list, at its values.  Or what `tune` of "
        "an\n"
        "[[optimizer]] says instead: false, or a table of parameters, each with a list or powers "
        "of "
        "ten:\n\n"
        "  tune = { sigma = [0.1, 0.3], delta = { decades = [1e-4, 1.0], linear = false } }\n\n"
        "[tune] may have instances (default: the first 20), trials (1), score (\"mean\" or "
        "\"median\"),\n"
        "at (iterations after which the loss counts, instead of the last) and floor.  A setting "
        "is\n"
        "discarded once it would lose even if all its other runs ended at the floor, which is 0 "
        "unless\n"
        "said: this changes no winner.  Equal scores: the one tried first.\n\n"
        "A finished run is on disk, in TUNED.toml.tuning, which `zeroth report` and `export` read: "
        "after an\n"
        "interruption, the same command goes on.\n");
    TuneOptions options;
    parser.options()("output,o", po::value(&options.output)->value_name("TUNED.toml"),
                     "the tuned experiment; default: EXPERIMENT-tuned.toml, or "
                     "EXPERIMENT-NAME-tuned.toml with --set scale=NAME, in the current folder");
    parser.threads(&options.threads, "runs at a time; default: one for each core it may use");
    parser.options()("dry-run,n", po::bool_switch(&options.dry_run),
                     "print what would be tried and how many runs that takes, and write nothing")(
        "exhaustive", po::bool_switch(&options.exhaustive),
        "discard no setting: the same winner, and all scores")(
        "isolate", po::bool_switch(&options.isolate), "as of `zeroth run`")(
        "set", po::value(&options.settings)->value_name("KEY=VALUE")->composing(),
        "replace a value of the experiment, also in the one that is written: tune.instances=5, "
        "optimizer.zo-sgd.q=50; may be repeated")("overwrite", po::bool_switch(&options.overwrite),
                                                  "replace a tuned experiment that is there");
    parser.positional("experiment", &options.experiment);
    if (!parser.parse(rest, out)) return 0;
    parser.require(!options.experiment.empty(), "the EXPERIMENT file");
    plugin_folders = parser.plugin_folders();
    return commands.tune(options);
  };
  const auto report = [&](const Arguments& rest) {
    Parser parser(
        "zeroth report FILE [-o REPORT.html]",
        "Prints the table of a result file or a training file, also while it is being "
        "written.\n"
        "With -o, writes one HTML page instead: curves, targets, profiles, tests and how the "
        "experiment\n"
        "was run.  It needs no network, and every figure and table can be saved from it.\n",
        LooksForPlugins::no);
    ReportOptions options;
    std::string at;
    parser.options()("output,o", po::value(&options.output)->value_name("REPORT.html"),
                     "the page; of a result file")(
        "at", po::value(&at)->value_name("N,N"),
        "in the page, also compare the optimizers after so many iterations")(
        "overwrite", po::bool_switch(&options.overwrite), "replace a page that is there");
    parser.positional("file", &options.file);
    if (!parser.parse(rest, out)) return 0;
    parser.require(!options.file.empty(), "the result FILE");
    if (!at.empty()) options.at = iterations_of(at);
    parser.require(at.empty() || !options.output.empty(), "-o REPORT.html, which --at is for,");
    return commands.report(options);
  };
  const auto export_results = [&](const Arguments& rest) {
    Parser parser(
        "zeroth export FILE --csv DIR",
        "Writes the results for other tools.\n\n"
        "runs.csv has a row for each run; trace.csv one for each iterate: run, iteration "
        "(0 is the\n"
        "initial point), queries charged until then, full-data loss there.  Where analyses were "
        "made,\n"
        "analysis.csv has a row for each of their numbers, pictures.csv one for each picture in "
        "pictures/.\n"
        "Of a training file:\n"
        "training.csv has a row for each group of optimizations, validation.csv one for each "
        "epoch.\n"
        "Empty fields are missing values.\n",
        LooksForPlugins::no);
    ExportOptions options;
    parser.options()("csv", po::value(&options.csv)->value_name("DIR"),
                     "folder for runs.csv and trace.csv")(
        "overwrite", po::bool_switch(&options.overwrite), "replace files that are there");
    parser.positional("file", &options.file);
    if (!parser.parse(rest, out)) return 0;
    parser.require(!options.file.empty(), "the result FILE");
    parser.require(!options.csv.empty(), "--csv DIR");
    return commands.export_results(options);
  };
  const auto check_library = [&](const Arguments& rest) {
    Parser parser("zeroth check LIBRARY [OPTIONS]",
                  "Puts a plugin through tests of the library, of each optimizer and of each "
                  "problem, each test\n"
                  "in a process of its own.  The result of a test is\n\n"
                  "  pass   it is as it should be\n"
                  "  warn   it works, but look at it\n"
                  "  fail   it breaks the contract of <zeroth/abi.h>\n"
                  "  crash  the process died, or did not end in time\n"
                  "  skip   it could not be tried, or has nothing to try\n\n"
                  "Exit code: 0 when no test failed or crashed, else 1.\n",
                  LooksForPlugins::no);
    CheckOptions options;
    parser.options()(
        "set", po::value(&options.settings)->value_name("KEY=VALUE")->composing(),
        "give a parameter a value, for plugins that need some: weights=w.safetensors, or "
        "ID.KEY=VALUE where several have it; may be repeated")(
        "only", po::value(&options.only)->value_name("PATTERN")->composing(),
        "only tests whose name (see --list) contains this, or matches it as a whole if it has *, ? "
        "or [...]; may be repeated")("timeout",
                                     po::value(&options.timeout_seconds)->value_name("SECONDS"),
                                     "time for a test; default: 10");
    parser.threads(&options.processes,
                   "tests at a time; default: one for each core it may use, at most 8", 8);
    parser.options()("json", po::bool_switch(&options.json), "print the results as JSON")(
        "list", po::bool_switch(&options.list), "print the names of the tests, and do nothing");
    parser.positional("library", &options.library);
    if (!parser.parse(rest, out)) return 0;
    parser.require(options.list || !options.library.empty(), "the LIBRARY");
    if (!(options.timeout_seconds > 0 && options.timeout_seconds <= 86400))
      throw UserError("--timeout",
                      fmt::format("must be more than 0 and at most 86400 seconds, is {}",
                                  options.timeout_seconds));
    return commands.check(options);
  };

  const auto new_plugin = [&](const Arguments& rest) {
    Parser parser("zeroth new optimizer|problem NAME [-o DIR]",
                  "Writes a small optimizer or problem in C++ that works, with build and tests, "
                  "under your name.\n"
                  "NAME is its id, such as trust-region.  The guides write_an_optimizer.md and "
                  "write_a_problem.md go on\n"
                  "from there: they are in " +
                      (share_folder() / "doc").string() + ".\n");
    NewOptions options;
    parser.options()("output,o", po::value(&options.output)->value_name("DIR"),
                     "folder for the files; default: NAME, in the current folder");
    parser.positional("kind", &options.kind);
    parser.positional("name", &options.name);
    if (!parser.parse(rest, out)) return 0;
    parser.require(!options.kind.empty(), "the kind, optimizer or problem,");
    if (options.kind != "optimizer" && options.kind != "problem") {
      throw UserError("command line", fmt::format("there is no new '{}'", options.kind),
                      suggestion(options.kind, {"optimizer", "problem"}));
    }
    parser.require(!options.name.empty(), "the NAME");
    if (options.output.empty()) options.output = options.name;
    plugin_folders = parser.plugin_folders();
    return commands.new_plugin(options);
  };

  const std::vector<std::pair<std::string, Run>> known{
      {"list", list},      {"describe", describe},  {"run", run},       {"minimize", minimize},
      {"train", train},    {"tune", tune},          {"report", report}, {"export", export_results},
      {"new", new_plugin}, {"check", check_library}};
  if (arguments.empty()) {
    throw UserError("command line", "the command is missing", "`zeroth --help` lists the commands");
  }
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    out << overview;
    return 0;
  }
  if (first == check::child_command)
    return commands.check_child(Arguments(arguments.begin() + 1, arguments.end()));
  if (first == "--version") {
    out << "zeroth " << version << "\n";
    return 0;
  }
  std::vector<std::string> names;
  for (const auto& [name, command] : known) {
    if (name == first) return command(Arguments(arguments.begin() + 1, arguments.end()));
    names.push_back(name);
  }
  throw UserError("command line", fmt::format("there is no command '{}'", first),
                  suggestion(first, names));
}

}  // namespace zeroth::host
