#include "command/command.hpp"

#include <zeroth/error.hpp>
#include <zeroth/library.hpp>
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace zeroth::command {
namespace {

// A program that cannot start, or does not speak our language, should not be asked for long.
constexpr unsigned most_before_an_answer = 3;

}  // namespace

ProblemInfo CommandSuite::info() {
  return {
      .id = "command",
      .name = "Command",
      .version = "1.0.0",
      .doc =
          "Any program as the objective: it reads points and writes values, a line each.\n\n"
          "The program is started once for each thread that evaluates, and asked again and again. "
          "It must\nwrite out each answer at once (flush) and give equal points equal values.",
      .reference = "problems/command/README.md",
      .parameters = {
          text("command", "", "the program, as sh runs it: \"python3 sim.py\""),
          integer("dimension", 0, 0, 1'000'000'000,
                  "numbers of a point; 0: as many as bounds or start have"),
          text("bounds", "", "\"-5,5\" for all coordinates, or one pair for each: \"-5,5; 0,inf\""),
          text("start", "",
               "\"0.5\" for all coordinates, \"1,2,3\", or \"random\"; default: the middle"),
          choice("protocol", {"plain", "json"},
                 "plain: numbers in a line, answered by one; json: {\"x\": [...]}, answered by "
                 "{\"f\": ...}"),
          integer("batch", 1, 1, 1'000'000,
                  "points asked at once; in json, above 1, {\"X\": [[...]]} and {\"F\": [...]}"),
          boolean("once", false,
                  "start the program for every question, close its input, read until it ends"),
          real("timeout", 0.0, non_negative,
               "seconds for a point, then the program is killed; 0: none"),
          integer("retries", 1, 0, 1000, "times a question is asked again after a crash"),
          choice("on_failure", {"discard", "penalty"},
                 "what a point without a value gets: nothing, which the optimizer is told, or "
                 "`penalty`"),
          real("penalty", 1e10, any_real, "value of a failed point, with on_failure = \"penalty\""),
          integer("max_failures", 20, 1, 1'000'000'000,
                  "questions without an answer, one after the other, that end a run; before the "
                  "first answer, 3 are enough")}};
}

CommandSuite::CommandSuite(const Values& values)
    : box_(box_of(static_cast<std::size_t>(values.integer("dimension")), values.text("bounds"),
                  values.text("start"))),
      batch_(static_cast<std::size_t>(values.integer("batch"))),
      failure_{values.text("on_failure") == "penalty", values.real("penalty"),
               static_cast<unsigned>(values.integer("max_failures"))} {
  Program program;
  program.command = values.text("command");
  if (program.command.find_first_not_of(" \t\n") == std::string::npos) {
    throw Error("command: is missing; name a program, such as \"python3 sim.py\"");
  }
  program.protocol = values.text("protocol") == "json" ? Protocol::json : Protocol::plain;
  program.several = batch_ > 1;
  program.once = values.boolean("once");
  program.timeout_seconds = values.real("timeout");
  program.retries = static_cast<unsigned>(values.integer("retries"));
  pool_ = std::make_unique<Pool>(std::move(program));
}

void CommandProblem::initial_point(std::uint64_t seed, std::span<double> x) const {
  if (!box_.start.empty()) {
    std::copy(box_.start.begin(), box_.start.end(), x.begin());
    return;
  }
  Random random(seed);
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double low = box_.lower[j], high = box_.upper[j];
    x[j] = std::min(low + (high - low) * random.uniform(), high);
  }
}

zeroth_status CommandProblem::evaluate(std::uint64_t, std::span<const double> x,
                                       std::span<double> f) const {
  zeroth_status status = ZEROTH_OK;
  for (std::size_t first = 0; first < f.size(); first += batch_) {
    const std::size_t n = std::min(batch_, f.size() - first);
    const std::span<double> part = f.subspan(first, n);
    const auto failure = pool_.ask(x.subspan(first * box_.dimension, n * box_.dimension), part);
    if (failure) {
      std::fill(part.begin(), part.end(), std::numeric_limits<double>::quiet_NaN());
      const unsigned in_a_row = ++failed_in_a_row_;
      const unsigned most = pool_.has_answered()
                                ? failure_.most_in_a_row
                                : std::min(failure_.most_in_a_row, most_before_an_answer);
      if (in_a_row >= most && pool_.has_answered()) {
        throw Error("the program failed " + std::to_string(most) +
                    " times one after the other (max_failures); the last time " + *failure);
      }
      if (in_a_row >= most) {
        std::vector<double> start(box_.dimension);
        initial_point(0, start);
        throw Error("the program has never answered; the last time " + *failure +
                    pool_.try_by_hand(start));
      }
      if (in_a_row == 1) log_warning("a point failed: " + *failure);
    } else {
      failed_in_a_row_ = 0;
    }
    for (double& value : part) {
      if (!std::isnan(value)) continue;
      if (failure_.penalised) {
        value = failure_.penalty;
      } else {
        status = ZEROTH_DISCARD;
      }
    }
  }
  return status;
}

}  // namespace zeroth::command
