#include "cli/commands.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/paths.hpp"
#include "cli/preparation.hpp"
#include "near_miss.hpp"
#include "report/csv.hpp"
#include "report/page.hpp"
#include "report/summary.hpp"
#include "report/training_summary.hpp"
#include "store/store.hpp"
#include "store/training_store.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// What an optimizer does about bounds.
const char* bounds_text(const Descriptor& each) {
  if (each.optimizer == nullptr) return "";
  if ((each.capabilities & ZEROTH_NEEDS_BOUNDS) != 0) return "needs bounds  ";
  return (each.capabilities & ZEROTH_HANDLES_BOUNDS) != 0 ? "bounds        " : "              ";
}

void print_list(const char* title, const std::vector<Descriptor>& all) {
  std::size_t width = 0;
  for (const Descriptor& each : all) width = std::max(width, each.id.size());
  fmt::print("{}\n", title);
  for (const Descriptor& each : all)
    fmt::print("  {:<{}}  {}{}\n", each.id, width, bounds_text(each), first_line(each.doc));
  if (all.empty())
    fmt::print("  none found; --plugin-dir or ZEROTH_PLUGIN_PATH says where to look\n");
}

int list(const Registry& registry, const ListOptions& options) {
  if (options.optimizers) print_list("Optimizers", registry.optimizers());
  if (options.optimizers && options.problems) fmt::print("\n");
  if (options.problems) print_list("Problems", registry.problems());
  return 0;
}

// Of a run by `zeroth minimize`.
void print_best(const Store& store) {
  if (const std::string f = store.provenance("best_value"); !f.empty())
    fmt::print("\nbest of all points: f = {} at x = {}\n", f, store.provenance("best_point"));
}

void print_parameters(const char* title, const std::vector<Parameter>& parameters) {
  if (parameters.empty()) return;
  std::size_t name_width = 0, default_width = 0;
  for (const Parameter& p : parameters) {
    name_width = std::max(name_width, p.name.size());
    default_width = std::max(default_width, p.default_text().size());
  }
  fmt::print("\n{}\n", title);
  for (const Parameter& p : parameters) {
    const std::string range = p.range();
    fmt::print("  {:<{}}  {:<7}  {:<{}}  {}{}\n", p.name, name_width, name_of(p.type),
               p.default_text(), default_width, p.doc, range.empty() ? "" : " (" + range + ")");
  }
}

void print_description(const Descriptor& d) {
  fmt::print("{} {} ({})\n{}\n", d.id, d.version, d.optimizer != nullptr ? "optimizer" : "problem",
             d.name);
  fmt::print("\n{}\n", d.doc);
  if (!d.reference.empty()) {
    const std::filesystem::path shipped = share_folder() / "doc" / d.reference;
    std::error_code ignored;
    fmt::print("\nReference: {}\n",
               std::filesystem::exists(shipped, ignored) ? shipped.string() : d.reference);
  }
  std::string capabilities;
  if (d.optimizer != nullptr) {
    const auto can = [&d](std::uint64_t what) { return (d.capabilities & what) != 0; };
    capabilities = can(ZEROTH_NEEDS_BOUNDS)     ? "needs bounds on both sides"
                   : can(ZEROTH_HANDLES_BOUNDS) ? "handles bounds"
                                                : "unbounded problems only";
    if (can(ZEROTH_IGNORES_SEED)) capabilities += ", draws nothing at random";
  } else {
    capabilities = (d.capabilities & ZEROTH_STOCHASTIC) != 0
                       ? "stochastic: a minibatch for each iteration"
                       : "deterministic";
  }
  if ((d.capabilities & ZEROTH_OWN_PROCESS) != 0) capabilities += ", in a process of its own";
  fmt::print("Capabilities: {}\n", capabilities);
  fmt::print("File: {}\n", d.library.string());
  print_parameters("Parameters", d.parameters);
  if (!d.training) return;
  print_parameters("Training (`zeroth train`): keys of a [[phase]]", d.training->parameters);
}

int describe(const Registry& registry, const DescribeOptions& options) {
  const Descriptor* optimizer = registry.optimizer(options.name);
  const Descriptor* problem = registry.problem(options.name);
  if (optimizer == nullptr && problem == nullptr) {
    std::vector<std::string> ids;
    for (const Descriptor& each : registry.optimizers()) ids.push_back(each.id);
    for (const Descriptor& each : registry.problems()) ids.push_back(each.id);
    throw UserError("command line",
                    fmt::format("there is no optimizer or problem '{}'", options.name),
                    suggestion(options.name, ids));
  }
  if (optimizer != nullptr) print_description(*optimizer);
  if (optimizer != nullptr && problem != nullptr) fmt::print("\n");
  if (problem != nullptr) print_description(*problem);
  return 0;
}

}  // namespace

Commands make_commands(Terminal& terminal, const std::vector<std::string>& folders) {
  Commands commands;
  commands.list = [&](const ListOptions& options) {
    return list(scan(terminal, folders), options);
  };
  commands.describe = [&](const DescribeOptions& options) {
    return describe(scan(terminal, folders), options);
  };
  commands.run = [&](const RunOptions& options) {
    return run_experiment(terminal, folders, options);
  };
  commands.minimize = [&](const MinimizeOptions& options) {
    return minimize_command(terminal, folders, options);
  };
  commands.train = [&](const TrainOptions& options) {
    return train_weights(terminal, folders, options);
  };
  commands.tune = [&](const TuneOptions& options) {
    return tune_optimizers(terminal, folders, options);
  };
  commands.new_plugin = [&](const NewOptions& options) {
    return new_plugin(terminal, scan(terminal, folders), options);
  };
  commands.report = [&](const ReportOptions& options) {
    if (Database::is(options.file, TrainingStore::kind())) {
      if (!options.output.empty()) {
        throw UserError(options.file, "is a training file, of which there is no page",
                        "`zeroth export` writes its curve as CSV");
      }
      fmt::print("{}", format_training(TrainingStore::open_to_read(options.file)));
      return 0;
    }
    const Store store = Store::open_to_read(options.file);
    if (!options.output.empty()) {
      write_page(store, share_folder() / "report", options.at, options.output, options.overwrite);
      terminal.note(fmt::format("wrote {}", options.output));
      return 0;
    }
    fmt::print("{} run{} in {}\n{}", store.size(), store.size() == 1 ? "" : "s", options.file,
               format(summarize(read_results(store)), colours(STDOUT_FILENO)));
    print_best(store);
    return 0;
  };
  commands.export_results = [&](const ExportOptions& options) {
    if (Database::is(options.file, TrainingStore::kind())) {
      write_csv(TrainingStore::open_to_read(options.file), options.csv, options.overwrite);
      terminal.note(fmt::format("wrote training.csv and validation.csv into {}", options.csv));
      return 0;
    }
    const Store store = Store::open_to_read(options.file);
    const std::size_t not_drawn = write_csv(store, options.csv, options.overwrite);
    if (not_drawn > 0) {
      terminal.warn(fmt::format(
          "left out of the pictures: {} whose channels are neither one nor three", not_drawn));
    }
    std::string files = "runs.csv, trace.csv";
    if (store.has_evaluations()) files += ", points.csv";
    if (!store.analyses().empty()) files += ", analysis.csv, pictures.csv, pictures";
    terminal.note(fmt::format("wrote {} into {}", files, options.csv));
    return 0;
  };
  commands.check = [&](const CheckOptions& options) { return check_plugin(terminal, options); };
  commands.check_child = check_child;
  return commands;
}

}  // namespace zeroth::host
