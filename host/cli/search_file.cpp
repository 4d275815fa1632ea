#include "cli/search_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "cli/environment.hpp"
#include "cli/preparation.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* options_name = "minimize";  // in the provenance

template <typename T>
Json json_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

template <typename T>
void read(const Json& json, const char* name, std::optional<T>& value) {
  if (!json.at(name).is_null()) value = json.at(name).get<T>();
}

std::string text_of(const MinimizeOptions& options) {
  return Json{{"folder", fs::current_path().string()},
              {"command", options.command},
              {"dimension", options.dimension},
              {"bounds", options.bounds},
              {"start", options.start},
              {"protocol", options.protocol},
              {"batch", options.batch},
              {"timeout", options.timeout},
              {"optimizer", options.optimizer},
              {"set", options.settings},
              {"seed", options.seed},
              {"queries", json_of(options.queries)},
              {"seconds", json_of(options.seconds)},
              {"target", json_of(options.target)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Throws nlohmann::json::exception.
MinimizeOptions options_in(const Json& json) {
  MinimizeOptions options;
  json.at("command").get_to(options.command);
  json.at("dimension").get_to(options.dimension);
  json.at("bounds").get_to(options.bounds);
  json.at("start").get_to(options.start);
  json.at("protocol").get_to(options.protocol);
  json.at("batch").get_to(options.batch);
  json.at("timeout").get_to(options.timeout);
  json.at("optimizer").get_to(options.optimizer);
  json.at("set").get_to(options.settings);
  json.at("seed").get_to(options.seed);
  read(json, "queries", options.queries);
  read(json, "seconds", options.seconds);
  read(json, "target", options.target);
  return options;
}

// name: the file's; empty: it becomes the first that is not there.
Store claim(std::string& name) {
  const bool chosen = !name.empty();
  if (!chosen) name = "minimize.zeroth";
  for (int n = 2;; ++n) {
    if (std::optional<Store> created = Store::create(name)) return std::move(*created);
    if (chosen) refuse_present(name);
    name = fmt::format("minimize-{}.zeroth", n);
  }
}

}  // namespace

void refuse_present(const std::string& file) {
  throw UserError(file, "is there already", "name another file with -o, or go on with --resume");
}

std::string numbers_text(const std::vector<double>& x) {
  std::string text;
  for (const double value : x) text += fmt::format("{}{}", text.empty() ? "" : " ", value);
  return text;
}

EarlierSearch open_search(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    throw UserError(file.string(), "is not there", "name a result file of `zeroth minimize`");
  const std::string text = Store::open_to_read(file).provenance(options_name);  // untouched so far
  if (text.empty()) {
    throw UserError(file.string(), "holds no search of `zeroth minimize` that can be gone on with",
                    "begin anew, without --resume");
  }
  EarlierSearch earlier{Store::open_to_write(file), {}, {}, {}, {}};
  try {
    const Json json = Json::parse(text);
    earlier.options = options_in(json);
    json.at("folder").get_to(earlier.folder);
  } catch (const nlohmann::json::exception& error) {
    throw UserError(file.string(), fmt::format("is damaged: {}", error.what()),
                    "begin anew, without --resume");
  }
  earlier.store.for_each(false, [&](const StoredRun& run) { earlier.run = run; });
  earlier.store.for_each_evaluation(Store::Order::as_answered,
                                    [&](const Evaluation& each) { earlier.known.push_back(each); });
  return earlier;
}

SearchFile::SearchFile(const Plan& plan, const MinimizeOptions& options,
                       std::optional<EarlierSearch> earlier)
    : plan_(plan),
      name_(earlier ? options.resume : options.output),
      circumstances_(circumstances(
          {plan.matrix.problems.front().descriptor, plan.matrix.optimizers.front().descriptor},
          options.threads)),
      store_(earlier ? std::move(earlier->store) : claim(name_)),
      holds_a_value_(earlier.has_value()) {
  if (earlier) before_ = std::move(earlier->run);
  circumstances_.emplace_back("title", options.command);
  circumstances_.emplace_back(options_name, text_of(options));
}

SearchFile::~SearchFile() {
  const bool goes = !holds_a_value_ && store_ && !store_->is_lost();
  store_.reset();
  std::error_code ignored;
  if (goes) fs::remove(name_, ignored);
}

void SearchFile::enter() { store_->set_provenance(circumstances_); }

void SearchFile::keep(const LoneRun& run) {
  put(to_stored(plan_, {&plan_.runs.front(), run.result}), run.best);
}

void SearchFile::keep(const Standing& now) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  RunResult result;
  result.outcome = Outcome::interrupted;
  result.message = fmt::format("under way, or cut off; the best so far is f = {} at x = {}",
                               now.best.f, numbers_text(now.best.x));
  result.queries = now.queries;
  result.initial_loss = nan;
  result.final_loss = result.best_loss = now.best.f;
  result.wall_seconds = std::chrono::duration<double>(AwakeClock::now() - started_).count();
  StoredRun row = to_stored(plan_, {&plan_.runs.front(), result});
  row.optimizer_label += fmt::format(", the best of {} queries so far", now.queries);
  put(std::move(row), now.best);
}

void SearchFile::keep(std::vector<Evaluation> evaluations) {
  std::move(evaluations.begin(), evaluations.end(), std::back_inserter(not_yet_there_));
  if (not_yet_there_.empty()) return;
  store_->append(not_yet_there_);
  holds_a_value_ =
      holds_a_value_ || std::any_of(not_yet_there_.begin(), not_yet_there_.end(),
                                    [](const Evaluation& each) { return std::isfinite(each.f); });
  not_yet_there_.clear();
}

void SearchFile::put(StoredRun run, const Incumbent& best) {
  if (is_further(run.result)) {
    if (before_) {
      run.result.wall_seconds += before_->result.wall_seconds;
      run.result.problem_seconds += before_->result.problem_seconds;
    }
    store_->replace(run);
  }
  holds_a_value_ = true;
  store_->set_provenance({{"best_point", Json(best.x).dump()},
                          {"best_value", fmt::format("{}", best.f)},
                          {"best_query", fmt::format("{}", best.query)},
                          {"last_run", now_text()}});
}

// What has come less far than the search that it goes on with does not take its place.
bool SearchFile::is_further(const RunResult& result) const {
  if (!before_) return true;
  const std::uint64_t before = before_->result.queries;
  return result.queries > before || (result.queries == before && !is_failure(result.outcome));
}

}  // namespace zeroth::host
