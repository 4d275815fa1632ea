#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <system_error>

#include "check/child.hpp"
#include "cli/parser.hpp"
#include "cli/paths.hpp"
#include "near_miss.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace {

constexpr const char* overview = R"(Zeroth: black-box (zeroth-order) optimization, benchmarked.

usage: zeroth COMMAND [OPTIONS]

  zeroth list [optimizers|problems]   what the plugins offer
  zeroth describe NAME                one of them: parameters, reference, file
  zeroth run EXPERIMENT.toml          run a matrix of optimizers and problems;
                                      again: only what is missing
  zeroth minimize --command PROGRAM   minimise what a program of yours computes
  zeroth train TRAINING.toml -o FILE  learn the weights of an optimizer; again:
                                      go on where it was
  zeroth tune EXPERIMENT.toml         find good parameters on the train split;
                                      writes them as an experiment
  zeroth report FILE                  print the table of a result file;
                                      -o REPORT.html: a page of figures
  zeroth export FILE --csv DIR        write runs.csv, trace.csv, ...
  zeroth new optimizer|problem NAME   write the source of a plugin, with tests
  zeroth check LIBRARY                put a plugin through its tests

`zeroth COMMAND --help` says more.  `zeroth --version` prints the version.

Plugins are looked for in --plugin-dir, ZEROTH_PLUGIN_PATH, beside the program,
and in $XDG_DATA_HOME/zeroth/plugins.
Exit codes: 0 done, 1 runs, files or tests failed, 2 bad input, 130 interrupted.
)";

using Arguments = std::vector<std::string>;

// Of the command that argv names.
struct Call {
  const Arguments& arguments;  // after its name
  const Commands& commands;
  std::vector<std::string>& plugin_folders;
  std::ostream& out;
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

int list(const Call& call) {
  Parser parser("zeroth list [optimizers|problems]", "Lists what the plugins offer, by id.\n",
                &call.plugin_folders);
  std::string kind;
  parser.positional("kind", &kind);
  if (!parser.parse(call.arguments, call.out)) return 0;
  if (!kind.empty() && kind != "optimizers" && kind != "problems") {
    throw UserError("command line", fmt::format("there is no list of '{}'", kind),
                    suggestion(kind, {"optimizers", "problems"}));
  }
  return call.commands.list({kind != "problems", kind != "optimizers"});
}

int describe(const Call& call) {
  Parser parser("zeroth describe NAME", "Describes the optimizer or problem of that id.\n",
                &call.plugin_folders);
  DescribeOptions options;
  parser.positional("name", &options.name);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(!options.name.empty(), "the NAME of an optimizer or problem");
  return call.commands.describe(options);
}

constexpr const char* run_text =
    R"(Runs every combination of problem, instance, trial and optimizer of the
experiment that the result file does not hold yet, and prints the table. A
finished run is on disk before the next line of progress; after an
interruption, the same command goes on. Experiments, weights and models that
are shipped are in
{}.
)";

int run(const Call& call) {
  Parser parser("zeroth run EXPERIMENT.toml [OPTIONS]",
                fmt::format(run_text, share_folder().string()), &call.plugin_folders);
  RunOptions options;
  parser.value("output,o", "FILE", &options.output,
               "result file; default: EXPERIMENT.zeroth, or EXPERIMENT-NAME.zeroth with "
               "--set scale=NAME, in the current folder.  An experiment with another seed, "
               "budget or parameters needs another file");
  parser.threads(&options.threads, "runs at a time; default: one for each core it may use");
  parser.flag("dry-run,n", &options.dry_run, "print what would be run, and write nothing");
  parser.flag("isolate", &options.isolate,
              "run every plugin in a process of its own: a crash, a hang or exhausted memory "
              "costs one run; the numbers stay the same");
  parser.list("set", "KEY=VALUE", &options.settings,
              "replace a value of the experiment: trials=3, budget.iterations=50, "
              "limits.seconds=10, optimizer.zo-sgd.delta=[1,4], problem.*.instances=2, "
              "or scale=NAME for all that the file's [scale.NAME] sets; may be repeated.  "
              "Relative paths: beside EXPERIMENT.toml, else in the folder above");
  parser.list("only", "PATTERN", &options.only,
              "only runs whose name (PROBLEM/SPLIT:INSTANCE/OPTIMIZER/TRIAL with the labels of "
              "tables; see --dry-run) contains this, or matches it as a whole if it has *, ? or "
              "[...]; may be repeated");
  parser.flag("retry-failed", &options.retry_failed,
              "also runs that failed, crashed or went over a limit: what comes of them now takes "
              "the place of what is stored");
  parser.positional("experiment", &options.experiment);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(!options.experiment.empty(), "the EXPERIMENT file");
  return call.commands.run(options);
}

constexpr const char* minimize_text =
    R"(Minimises what a program computes, and prints the best point that was
evaluated.

The program reads a line with D numbers and writes a line with the value, again
and again, each flushed at once; `nan` says that the point failed. It is
started once for each thread, so that several points are computed at a time.
`zeroth describe command` lists what else can be set; such programs are in
{}.

  zeroth minimize --command 'python3 sim.py' -d 8 --bounds -5,5 --queries 2000

Every point is in the result file as soon as its value is there. Ctrl-C ends
after the points under way, and prints the best; then, as after a crash, or to
spend more queries,

  zeroth minimize --resume minimize.zeroth

goes on with the same search, by the program that the file names, and asks it
for no point again that has a value there.
)";

// What a search is: --resume finds it in the file.
constexpr const char* of_the_search[] = {"command", "dimension", "bounds", "start",  "optimizer",
                                         "set",     "seed",      "batch",  "output", "protocol"};

int minimize(const Call& call) {
  Parser parser(
      "zeroth minimize --command PROGRAM --dimension D --queries N [OPTIONS]\n"
      "       zeroth minimize --resume FILE [OPTIONS]",
      fmt::format(minimize_text, (share_folder() / "examples").string()), &call.plugin_folders);
  MinimizeOptions options;
  std::string queries, seconds, target, seed;
  parser.value("command", "PROGRAM", &options.command,
               "the program, as sh runs it: 'python3 sim.py'");
  parser.value("dimension,d", "D", &options.dimension,
               "numbers that the program reads; default: as many as --bounds or --start have");
  parser.value("bounds,b", "L,U", &options.bounds,
               "-5,5 for every number, or one pair for each: '-5,5; 0,1; 0,inf'; default: none");
  parser.value("start", "X", &options.start,
               "1,2,3, or 0.5 for every number, or random; default: the middle of the bounds, "
               "else 0");
  parser.value("queries,n", "N", &queries, "evaluations to spend at most");
  parser.value("seconds", "S", &seconds, "time to spend at most");
  parser.value("target", "F", &target, "be content with this value");
  parser.value_or<std::string>(
      "cma-es", "optimizer", "ID", &options.optimizer,
      "`zeroth list optimizers` names them.  The default asks for many "
      "points at once, and minds neither failed points nor several valleys, "
      "nor noise (but the value printed is the lowest that was seen, and "
      "noise makes that too low); where values are dear and smooth, try "
      "nlopt-bobyqa");
  parser.list("set", "KEY=VALUE", &options.settings,
              "a parameter of the optimizer, as in --set sigma=0.1, or of the problem, as in "
              "--set problem.retries=3; may be repeated");
  parser.value_or<std::string>("1", "seed", "N", &seed, "the same seed finds the same point");
  parser.threads(&options.threads,
                 "copies of the program at a time; default: one for each core it may use");
  parser.value("protocol", "plain|json", &options.protocol,
               R"(json: {"x": [...]} is answered by {"f": ...})");
  parser.value_or<std::int64_t>(1, "batch", "N", &options.batch,
                                "points that one copy is asked at once");
  parser.value("timeout", "S", &options.timeout,
               "seconds for a point; then the program is killed and the point has failed");
  parser.value("output,o", "FILE", &options.output,
               "result file for `zeroth report` and `export`; default: minimize.zeroth, or the "
               "first of minimize-2.zeroth, ... that is not there");
  parser.value("resume", "FILE", &options.resume,
               "go on with the search of that result file; --queries, --seconds, --target and "
               "--timeout replace what it had");
  parser.flag("json", &options.json, "print a JSON object, for scripts");
  if (!parser.parse(joined_bounds(call.arguments), call.out)) return 0;
  const bool resumes = !options.resume.empty();
  for (const char* option : of_the_search) {
    if (!resumes || !parser.was_given(option)) continue;
    throw UserError(fmt::format("--{}", option), "cannot be given with --resume: it is in the file",
                    "leave it out, or begin anew without --resume");
  }
  parser.require(resumes || !options.command.empty(), "--command PROGRAM");
  if (!queries.empty()) options.queries = count_in(queries, "--queries");
  options.seed = count_in(seed, "--seed");
  if (!seconds.empty()) options.seconds = real_in(seconds, "--seconds");
  if (!target.empty()) options.target = real_in(target, "--target");
  parser.require(resumes || options.queries || options.seconds, "--queries N or --seconds S");
  return call.commands.minimize(options);
}

constexpr const char* train_text =
    R"(Learns the weights of an optimizer on the train split of a problem, and writes
the best by validation. Where it stands and its curve are in WEIGHTS.training:
interrupted or killed, the same command goes on and ends with the same bits.
)";

int train(const Call& call) {
  Parser parser("zeroth train TRAINING.toml -o WEIGHTS [OPTIONS]", train_text,
                &call.plugin_folders);
  TrainOptions options;
  parser.value("output,o", "WEIGHTS", &options.output,
               "file for the weights, such as weights.safetensors");
  parser.threads(&options.threads, "threads; default: one for each core it may use");
  parser.list("set", "KEY=VALUE", &options.settings,
              "replace a value of the training file: seed=3, phase.1.epochs=5, phase.*.batch=4, "
              "optimizer.q=50; may be repeated");
  parser.positional("training", &options.training);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(!options.training.empty(), "the TRAINING file");
  parser.require(!options.output.empty(), "-o WEIGHTS");
  return call.commands.train(options);
}

constexpr const char* tune_text =
    R"(Finds, for each optimizer of an experiment, the parameters with the least mean
final loss on instances of the train split, and writes the experiment with
these values.

What is tried: delta (alpha, of an optimizer that learns) at 0.01, 0.1, ...,
1000, then linearly about the best; beta1 at 0.9, 0.99 and beta2 at 0.99,
0.996, 0.999, where both are there; a parameter that the experiment sets to a
list, at its values. Or what `tune` of an [[optimizer]] says instead: false,
or a table of parameters, each with a list or powers of ten:

  tune = { sigma = [1, 3], delta = { decades = [1e-4, 1.0], linear = false } }

[tune] may have instances (default: the first 20), trials (1), score ("mean" or
"median"), at (iterations after which the loss counts, instead of the last) and
floor. A setting is discarded once it would lose even if all its other runs
ended at the floor, which is 0 unless said: this changes no winner. Equal
scores: the one tried first.

A finished run is on disk, in TUNED.toml.tuning, which `zeroth report` and
`export` read: after an interruption, the same command goes on.
)";

int tune(const Call& call) {
  Parser parser("zeroth tune EXPERIMENT.toml [OPTIONS]", tune_text, &call.plugin_folders);
  TuneOptions options;
  parser.value("output,o", "TUNED.toml", &options.output,
               "the tuned experiment; default: EXPERIMENT-tuned.toml, or "
               "EXPERIMENT-NAME-tuned.toml with --set scale=NAME, in the current folder");
  parser.threads(&options.threads, "runs at a time; default: one for each core it may use");
  parser.flag("dry-run,n", &options.dry_run,
              "print what would be tried and how many runs that takes, and write nothing");
  parser.flag("exhaustive", &options.exhaustive,
              "discard no setting: the same winner, and all scores");
  parser.flag("isolate", &options.isolate, "as of `zeroth run`");
  parser.list("set", "KEY=VALUE", &options.settings,
              "replace a value of the experiment, also in the one that is written: "
              "tune.instances=5, optimizer.zo-sgd.q=50; may be repeated");
  parser.flag("overwrite", &options.overwrite, "replace a tuned experiment that is there");
  parser.positional("experiment", &options.experiment);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(!options.experiment.empty(), "the EXPERIMENT file");
  return call.commands.tune(options);
}

constexpr const char* report_text =
    R"(Prints the table of a result file or a training file, also while it is being
written. With -o, writes one HTML page instead: curves, targets, profiles,
tests and how the experiment was run. It needs no network, and every figure
and table can be saved from it.
)";

int report(const Call& call) {
  Parser parser("zeroth report FILE [-o REPORT.html]", report_text);
  ReportOptions options;
  std::string at;
  parser.value("output,o", "REPORT.html", &options.output, "the page; of a result file");
  parser.value("at", "N,N", &at,
               "in the page, also compare the optimizers after so many iterations");
  parser.flag("overwrite", &options.overwrite, "replace a page that is there");
  parser.positional("file", &options.file);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(!options.file.empty(), "the result FILE");
  if (!at.empty()) options.at = iterations_of(at);
  parser.require(at.empty() || !options.output.empty(), "-o REPORT.html, which --at is for,");
  return call.commands.report(options);
}

constexpr const char* export_text = R"(Writes the results for other tools.

runs.csv has a row for each run; trace.csv one for each iterate: run, iteration
(0 is the initial point), queries charged until then, full-data loss there.
Where analyses were made, analysis.csv has a row for each of their numbers,
pictures.csv one for each picture in pictures/. Of a `zeroth minimize`,
points.csv has a row for each point: the number of the query (0: for the trace,
not charged), the value, the point. Of a training file: training.csv has a row
for each group of optimizations, validation.csv one for each epoch. Empty
fields are missing values.
)";

int export_results(const Call& call) {
  Parser parser("zeroth export FILE --csv DIR", export_text);
  ExportOptions options;
  parser.value("csv", "DIR", &options.csv, "folder for runs.csv, trace.csv and what else there is");
  parser.flag("overwrite", &options.overwrite, "replace files that are there");
  parser.positional("file", &options.file);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(!options.file.empty(), "the result FILE");
  parser.require(!options.csv.empty(), "--csv DIR");
  return call.commands.export_results(options);
}

constexpr const char* new_text =
    R"(Writes a small optimizer or problem in C++ that works, with build and tests,
under your name. NAME is its id, such as trust-region. The guides
write_an_optimizer.md and write_a_problem.md go on from there: they are in
{}.
)";

int new_plugin(const Call& call) {
  Parser parser("zeroth new optimizer|problem NAME [-o DIR]",
                fmt::format(new_text, (share_folder() / "doc").string()), &call.plugin_folders);
  NewOptions options;
  parser.value("output,o", "DIR", &options.output,
               "folder for the files; default: NAME, in the current folder");
  parser.positional("kind", &options.kind);
  parser.positional("name", &options.name);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(!options.kind.empty(), "the kind, optimizer or problem,");
  if (options.kind != "optimizer" && options.kind != "problem") {
    throw UserError("command line", fmt::format("there is no new '{}'", options.kind),
                    suggestion(options.kind, {"optimizer", "problem"}));
  }
  parser.require(!options.name.empty(), "the NAME");
  if (options.output.empty()) options.output = options.name;
  return call.commands.new_plugin(options);
}

constexpr const char* check_text =
    R"(Puts a plugin through tests of the library, of each optimizer and of each
problem, each test in a process of its own. The result of a test is

  pass   it is as it should be
  warn   it works, but look at it
  fail   it breaks the contract of <zeroth/abi.h>
  crash  the process died, or did not end in time
  skip   it could not be tried, or has nothing to try

Exit code: 0 when no test failed or crashed, else 1.
)";

int check_library(const Call& call) {
  Parser parser("zeroth check LIBRARY [OPTIONS]", check_text);
  CheckOptions options;
  parser.list("set", "KEY=VALUE", &options.settings,
              "give a parameter a value, for plugins that need some: weights=w.safetensors, or "
              "ID.KEY=VALUE where several have it; may be repeated");
  parser.list("only", "PATTERN", &options.only,
              "only tests whose name (see --list) contains this, or matches it as a whole if it "
              "has *, ? or [...]; may be repeated");
  parser.value("timeout", "SECONDS", &options.timeout_seconds, "time for a test; default: 10");
  parser.threads(&options.processes,
                 "tests at a time; default: one for each core it may use, at most 8", 8);
  parser.flag("json", &options.json, "print the results as JSON");
  parser.flag("list", &options.list, "print the names of the tests, and do nothing");
  parser.positional("library", &options.library);
  if (!parser.parse(call.arguments, call.out)) return 0;
  parser.require(options.list || !options.library.empty(), "the LIBRARY");
  if (!(options.timeout_seconds > 0 && options.timeout_seconds <= 86400))
    throw UserError("--timeout", fmt::format("must be more than 0 and at most 86400 seconds, is {}",
                                             options.timeout_seconds));
  return call.commands.check(options);
}

struct Command {
  const char* name;
  int (*call)(const Call&);
};

constexpr Command table[] = {
    {"list", list},      {"describe", describe},   {"run", run},       {"minimize", minimize},
    {"train", train},    {"tune", tune},           {"report", report}, {"export", export_results},
    {"new", new_plugin}, {"check", check_library},
};

}  // namespace

int dispatch(const Arguments& arguments, const Commands& commands,
             std::vector<std::string>& plugin_folders, std::ostream& out) {
  if (arguments.empty()) {
    throw UserError("command line", "the command is missing", "`zeroth --help` lists the commands");
  }
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    out << overview;
    return 0;
  }
  if (first == "--version") {
    out << "zeroth " << version << "\n";
    return 0;
  }
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (first == check::child_command) return commands.check_child(rest);
  std::vector<std::string> names;
  for (const Command& command : table) {
    if (command.name == first) return command.call({rest, commands, plugin_folders, out});
    names.emplace_back(command.name);
  }
  throw UserError("command line", fmt::format("there is no command '{}'", first),
                  suggestion(first, names));
}

}  // namespace zeroth::host
