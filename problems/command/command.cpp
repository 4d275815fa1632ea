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

// A program that does not speak our language: time to say so, and too early to end the run, for
// which questions come first depends on the threads.
constexpr unsigned many_before_an_answer = 3;

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
                  "questions without an answer that end a run, one after the other as they come "
                  "back; the order depends on the threads")}};
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
    x[j] = between(box_.lower[j], box_.upper[j], random.uniform());
  }
}

// Throws when it was one too many.
void CommandProblem::note_failure(const std::string& why) const {
  const unsigned in_a_row = ++failed_in_a_row_;
  const std::string last = "; the last time " + why;
  const auto never = [&] {
    std::vector<double> start(box_.dimension);
    initial_point(0, start);
    return "the program has never answered" + last + pool_.try_by_hand(start);
  };
  if (in_a_row >= failure_.most_in_a_row) {
    const std::lock_guard lock(mutex_);
    if (ended_.empty()) {
      ended_ = pool_.has_answered() ? "the program failed " + std::to_string(in_a_row) +
                                          " times one after the other (max_failures)" + last
                                    : never();
    }
    throw Error(ended_);
  }
  if (in_a_row == 1) log_warning("a point failed: " + why);
  if (in_a_row == many_before_an_answer && !pool_.has_answered()) log_warning(never());
}

// The host asks for the rest of a batch also when a part of it has failed.
void CommandProblem::refuse_once_ended() const {
  const std::lock_guard lock(mutex_);
  if (!ended_.empty()) throw Error(ended_);
}

zeroth_status CommandProblem::evaluate(std::uint64_t, std::span<const double> x,
                                       std::span<double> f) const {
  zeroth_status status = ZEROTH_OK;
  for (std::size_t first = 0; first < f.size(); first += batch_) {
    refuse_once_ended();
    const std::size_t n = std::min(batch_, f.size() - first);
    const std::span<double> part = f.subspan(first, n);
    const auto failure = pool_.ask(x.subspan(first * box_.dimension, n * box_.dimension), part);
    if (failure) {
      std::fill(part.begin(), part.end(), std::numeric_limits<double>::quiet_NaN());
      note_failure(*failure);
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
