#include "store/store.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/complaint.hpp"
#include "in_fork.hpp"
#include "new_file.hpp"
#include "report/csv.hpp"
#include "report/summary.hpp"
#include "store/statement.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace zeroth::host;
using zeroth::test::complaint_of;
using zeroth::test::has;
using zeroth::test::read_all;
using zeroth::test::TemporaryFolder;

namespace {

StoredRun run_of(std::uint64_t position, const std::string& optimizer, std::uint64_t instance,
                 double loss) {
  StoredRun r;
  r.key = "key" + std::to_string(position);
  r.position = position;
  r.problem = "sphere";
  r.problem_label = "Sphere";
  r.problem_parameters = R"({"d":3,"file":"a,b"})";
  r.split = "test";
  r.instance = instance;
  r.optimizer = r.optimizer_label = optimizer;
  r.optimizer_parameters = "{}";
  r.seed = 9007199254740991;
  r.result.instance_label = "i\"" + std::to_string(instance) + "\"";
  r.result.outcome = Outcome::budget;
  r.result.iterations = 2;
  r.result.queries = 42;
  r.result.initial_loss = 3;
  r.result.final_loss = r.result.best_loss = loss;
  r.result.wall_seconds = 0.5;
  r.result.problem_seconds = 0.25;
  r.result.metrics = {
      {"first_success_iteration", loss < 1 ? 7.0 : std::numeric_limits<double>::quiet_NaN()},
      {"l1", std::numeric_limits<double>::quiet_NaN()}};
  r.result.trace = {{0, 0, 3}, {1, 21, 0.1}, {2, 42, loss}};
  return r;
}

}  // namespace

TEST_CASE("what is committed is on disk", "[store]") {
  const TemporaryFolder folder;
  const Database database = Database::open_to_write(folder / "x.zeroth", Store::kind());
  Statement synchronous(database.get(), "PRAGMA synchronous");
  REQUIRE(synchronous.step());
  CHECK(synchronous.integer(0) == 2);  // FULL
}

TEST_CASE("a run comes back from the store as it went in", "[store]") {
  const TemporaryFolder folder;
  StoredRun failed = run_of(1, "a", 1, 0);
  failed.result.outcome = Outcome::failed;
  failed.result.message = "line one\nline \"two\"";
  failed.result.initial_loss = failed.result.final_loss = std::numeric_limits<double>::quiet_NaN();
  failed.result.best_loss = std::numeric_limits<double>::infinity();
  failed.result.trace.clear();
  {
    Store store = Store::open_to_write(folder / "r.zeroth");
    store.append({run_of(7, "b", 0, 1.0 / 3), failed});
    store.set_provenance({{"title", "t"}});
  }
  CHECK_FALSE(std::filesystem::exists(folder / "r.zeroth-wal"));
  const Store store = Store::open_to_read(folder / "r.zeroth");
  CHECK(store.size() == 2);
  CHECK(store.provenance() == Provenance{{"title", "t"}});
  std::vector<StoredRun> runs;
  store.for_each(true, [&](const StoredRun& r) { runs.push_back(r); });
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].result.message == failed.result.message);
  CHECK(runs[0].result.outcome == Outcome::failed);
  CHECK(std::isnan(runs[0].result.final_loss));
  CHECK(std::isinf(runs[0].result.best_loss));
  CHECK(runs[0].result.trace.empty());
  CHECK(runs[1].key == "key7");
  CHECK(runs[1].seed == 9007199254740991);
  CHECK(runs[1].result.final_loss == 1.0 / 3);
  REQUIRE(runs[1].result.trace.size() == 3);
  CHECK(runs[1].result.trace[2].queries == 42);
  CHECK(runs[1].result.trace[2].loss == 1.0 / 3);
  REQUIRE(runs[1].result.metrics.size() == 2);
  CHECK(std::isnan(runs[1].result.metrics[1].second));
}

TEST_CASE("runs are appended all or none", "[store]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  store.append({run_of(1, "a", 0, 1)});
  CHECK_THROWS(store.append({run_of(2, "a", 1, 1), run_of(1, "a", 0, 1)}));
  CHECK(store.size() == 1);
  store.append({run_of(3, "a", 1, 1)});
  CHECK(store.size() == 2);
}

TEST_CASE("a failure never replaces a result, a result replaces itself and failures", "[store]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  store.append({run_of(1, "a", 0, 1)});
  const auto stored = [&] {
    StoredRun found;
    store.for_each(true, [&](const StoredRun& r) { found = r; });
    return found;
  };
  StoredRun failed = run_of(1, "a", 0, 7);
  failed.analyses = "[]";
  failed.result.outcome = Outcome::time_limit;
  failed.result.trace.clear();
  store.append({failed, run_of(2, "a", 1, 5)});
  CHECK(store.size() == 2);
  CHECK(store.failed_keys().empty());
  CHECK(store.analyses().empty());
  store.for_each(true, [&](const StoredRun& r) { CHECK(r.result.trace.size() == 3); });

  StoredRun looked_at = run_of(1, "a", 0, 1);
  looked_at.analyses = "[]";
  store.append({looked_at});
  CHECK(store.analyses().size() == 1);
  failed.key = "key3";
  failed.position = 3;
  store.append({failed});
  CHECK(store.failed_keys().size() == 1);
  store.append({run_of(3, "a", 2, 1)});
  CHECK(store.failed_keys().empty());
  CHECK(stored().key == "key3");
  CHECK(stored().result.trace.size() == 3);
}

TEST_CASE("a run that was interrupted is replaced by itself, however that ended", "[store]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  StoredRun run = run_of(1, "a, so far", 0, 1);
  for (const Outcome outcome : {Outcome::interrupted, Outcome::interrupted, Outcome::failed,
                                Outcome::interrupted, Outcome::budget}) {
    run.result.outcome = outcome;
    run.optimizer_label += "!";
    store.append({run});
  }
  CHECK(store.size() == 1);
  store.for_each(false, [](const StoredRun& r) {
    CHECK(r.optimizer_label == "a, so far!!!!!");
    CHECK(r.result.outcome == Outcome::budget);
  });
  CHECK_THROWS(store.append({run}));
}

TEST_CASE("a run is replaced by itself, whatever it was", "[store]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  store.append({run_of(0, "a", 0, 0.5), run_of(1, "b", 0, 0.25)});
  StoredRun further = run_of(0, "a", 0, 0.125);
  further.result.queries = 84;
  store.replace(further);
  std::vector<std::pair<std::uint64_t, double>> seen;
  store.for_each(true, [&](const StoredRun& r) {
    seen.emplace_back(r.result.queries, r.result.trace.back().loss);
  });
  CHECK(seen == std::vector<std::pair<std::uint64_t, double>>{{84, 0.125}, {42, 0.25}});
}

TEST_CASE("points come back from the store by query, bit for bit", "[store]") {
  const TemporaryFolder folder;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  {
    Store store = Store::open_to_write(folder / "r.zeroth");
    CHECK_FALSE(store.has_evaluations());
    write_csv(store, folder / "none", false);
    CHECK_FALSE(std::filesystem::exists(folder / "none" / "points.csv"));
    store.append({run_of(0, "a", 0, 0.5)});
    store.append(std::vector<Evaluation>{{2, 0.1, {-0.0, 1e-310}}, {1, nan, {0.1, 3}}});
    store.append(std::vector<Evaluation>{{0, infinity, {1, 2}}});
  }
  const Store store = Store::open_to_read(folder / "r.zeroth");
  CHECK(store.has_evaluations());
  std::vector<Evaluation> all;
  store.for_each_evaluation(Store::Order::by_query,
                            [&](const Evaluation& each) { all.push_back(each); });
  REQUIRE(all.size() == 3);
  CHECK((all[0].query == 0 && all[1].query == 1 && all[2].query == 2));
  CHECK((all[0].f == infinity && std::isnan(all[1].f) && all[2].f == 0.1));
  CHECK(all[1].x == std::vector<double>{0.1, 3});
  CHECK((std::signbit(all[2].x[0]) && all[2].x[1] == 1e-310));
  write_csv(store, folder / "csv", false);
  CHECK(read_all(folder / "csv" / "points.csv") ==
        "query,f,x1,x2\n0,inf,1,2\n1,,0.1,3\n2,0.1,-0,1e-310\n");
}

TEST_CASE("points of several dimensions are a damaged file", "[store]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  store.append(std::vector<Evaluation>{{1, 0, {1, 2}}, {2, 0, {1}}});
  CHECK_THROWS_WITH(store.for_each_evaluation(Store::Order::as_answered, [](const Evaluation&) {}),
                    ContainsSubstring("r.zeroth: the points: have not all as many coordinates"));
}

TEST_CASE("a result file is created where nothing has its name", "[store]") {
  const TemporaryFolder folder;
  CHECK(Store::create(folder / "r.zeroth"));
  CHECK_FALSE(Store::create(folder / "r.zeroth"));
  CHECK(Store::open_to_read(folder / "r.zeroth").size() == 0);
  std::filesystem::create_symlink("nowhere", folder / "link");
  CHECK_FALSE(Store::create(folder / "link"));
  CHECK(has(complaint_of([&] { Store::create(folder / "none/x"); }), "No such file"));
}

TEST_CASE("a file that one may not read or write is called so", "[store]") {
  const TemporaryFolder folder;
  const auto file = folder / "r.zeroth";
  Store::open_to_write(file).append({run_of(1, "a", 0, 1)});
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  // In a fork, as somebody else: root may do all.
  const auto is_said = [&](const std::string& part, const std::function<void()>& open) {
    return end_in_fork(
        [&] {
          if (geteuid() == 0 && setuid(65534) != 0) return;
          if (has(complaint_of(open), part)) _exit(7);
        },
        std::chrono::seconds(20), [] {});
  };
  const auto read = [&] { Store::open_to_read(file); };
  const auto write = [&] { Store::open_to_write(file); };
  std::filesystem::permissions(file, std::filesystem::perms::none);
  CHECK(is_said("r.zeroth: may not be read", read) == "exit code 7");
  std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0444));
  CHECK(is_said("r.zeroth: may not be written to", write) == "exit code 7");
}

TEST_CASE("a new file is written over nothing but a file", "[new_file]") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  std::filesystem::create_symlink("/dev/null", folder / "null");
  for (const bool overwrite : {false, true}) {
    CHECK(has(complaint_of([&] { NewFile(folder / "fifo", overwrite, "go"); }), "is a FIFO\ngo"));
    CHECK(has(complaint_of([&] { NewFile(folder / "null", overwrite, "go"); }), "is a device"));
    CHECK(has(complaint_of([&] { NewFile(folder.path(), overwrite, "go"); }), "is a folder"));
  }
}

TEST_CASE("a new file is the target of a link, there or not", "[new_file]") {
  const TemporaryFolder folder;
  folder.write("target", "old");
  std::filesystem::create_symlink("target", folder / "link");
  std::filesystem::create_symlink("later", folder / "dangling");
  CHECK(has(complaint_of([&] { NewFile(folder / "link", false, ""); }), "is there already"));
  for (const char* name : {"link", "dangling"}) {
    NewFile file(folder / name, std::string(name) == "link", "");
    file.out() << name;
    file.finish();
    CHECK(std::filesystem::is_symlink(folder / name));
  }
  CHECK(read_all(folder / "target") == "link");
  CHECK(read_all(folder / "later") == "dangling");
}

TEST_CASE("what appears while a new file is written is left as it is", "[new_file]") {
  const TemporaryFolder folder;
  {
    NewFile file(folder / "x", false, "name another");
    file.out() << "new";
    folder.write("x", "theirs");
    CHECK(has(complaint_of([&] { file.finish(); }),
              "x: has appeared meanwhile\nname another, or say --overwrite"));
  }
  CHECK(read_all(folder / "x") == "theirs");
  const std::filesystem::directory_iterator files(folder.path());
  CHECK(std::distance(begin(files), end(files)) == 1);
}

TEST_CASE("a trace that is too long for a file is thinned, and its run says so", "[store]") {
  const TemporaryFolder folder;
  const auto stored = [&](std::uint64_t rows, std::size_t most) {
    StoredRun run = run_of(0, "a", 0, 1);
    run.analyses = "[]";
    run.result.trace.clear();
    run.result.series = {{"cosine", "cosine", std::nullopt, {}}};
    for (std::uint64_t i = 0; i < rows; ++i) {
      run.result.trace.push_back({i, 2 * i, 0.5});
      run.result.series[0].rows.push_back({i, 0.5});
    }
    std::filesystem::remove(folder / "r.zeroth");
    Store store = Store::open_to_write(folder / "r.zeroth", most);
    store.append({run});
    std::pair<std::string, std::vector<std::uint64_t>> found;
    store.for_each(true, [&](const StoredRun& r) {
      found.first = r.result.message;
      for (const TraceRow& row : r.result.trace) {
        CHECK(row.queries == 2 * row.iteration);
        found.second.push_back(row.iteration);
      }
    });
    std::vector<std::uint64_t> seen;
    store.for_each_seen([&](const Store::Seen& each) {
      for (const Series::Row& row : each.series.at(0).rows) seen.push_back(row.iteration);
    });
    CHECK(seen == found.second);
    return found;
  };
  using Iterations = std::vector<std::uint64_t>;
  CHECK(stored(5, 5) == std::pair(std::string(), Iterations{0, 1, 2, 3, 4}));
  CHECK(stored(12, 5) == std::pair(std::string("of the 12 rows of its trace, 1 in 3 is stored"),
                                   Iterations{0, 3, 6, 9, 11}));
  CHECK(stored(6, 5).second == Iterations{0, 2, 4, 5});
  CHECK(stored(3, 2).second == Iterations{0, 2});
  CHECK(stored(0, 2).second.empty());
}

TEST_CASE("a metric whose name is not UTF-8 costs no run", "[store]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  StoredRun run = run_of(0, "a", 0, 1);
  run.result.metrics = {{"l\xFF", 2.0}};
  store.append({run, run_of(1, "a", 1, 1)});
  CHECK(store.size() == 2);
  store.for_each(false, [](const StoredRun& r) {
    if (r.position == 0) CHECK(r.result.metrics.at(0) == std::pair(std::string("l\uFFFD"), 2.0));
  });
}

TEST_CASE("a file that is not ours is refused and left as it is", "[store]") {
  const TemporaryFolder folder;
  const auto text =
      folder.write("notes.txt", "my precious notes, longer than a header of a hundred bytes: " +
                                    std::string(200, 'x'));
  const std::string before = read_all(text);
  CHECK(has(complaint_of([&] { Store::open_to_write(text); }), "is not a Zeroth result file"));
  CHECK(has(complaint_of([&] { Store::open_to_read(text); }), "is not a Zeroth result file"));
  CHECK(read_all(text) == before);
  CHECK(has(complaint_of([&] { Store::open_to_read(folder / "none"); }), "there is no such file"));
  CHECK(has(complaint_of([&] { Store::open_to_write(folder / "none/x"); }),
            "its folder does not exist"));
  CHECK(has(complaint_of([&] { Store::open_to_write(folder.path()); }), "is a folder"));
}

TEST_CASE("a result file cut short is an error, never a crash", "[store]") {
  const TemporaryFolder folder;
  {
    Store store = Store::open_to_write(folder / "r.zeroth");
    for (std::uint64_t i = 0; i < 50; ++i) store.append({run_of(i, "a", i, 1)});
  }
  const std::string whole = read_all(folder / "r.zeroth");
  const auto read_cut = [&](std::size_t length) {
    const auto cut = folder.write("cut.zeroth", whole.substr(0, length));
    Store::open_to_read(cut).for_each(true, [](const StoredRun&) {});
  };
  for (const std::size_t length :
       {std::size_t{1}, std::size_t{50}, std::size_t{100}, whole.size() / 2}) {
    INFO(length << " of " << whole.size() << " bytes");
    CHECK_THROWS(read_cut(length));
  }
}

TEST_CASE("a second writer is refused, a reader is not", "[store]") {
  const TemporaryFolder folder;
  Store first = Store::open_to_write(folder / "r.zeroth");
  first.append({run_of(1, "a", 0, 1)});
  CHECK(has(complaint_of([&] { Store::open_to_write(folder / "r.zeroth"); }),
            "another zeroth is writing to it"));
  CHECK(Store::open_to_read(folder / "r.zeroth").size() == 1);
  first.append({run_of(2, "a", 1, 1)});
}

TEST_CASE("a snapshot is of one moment, and the writer goes on", "[store]") {
  const TemporaryFolder folder;
  Store writer = Store::open_to_write(folder / "r.zeroth");
  writer.append({run_of(1, "a", 0, 1)});
  const Store reader = Store::open_to_read(folder / "r.zeroth");
  {
    const Snapshot snapshot = reader.snapshot();
    CHECK(reader.size() == 1);
    writer.append({run_of(2, "a", 1, 1)});
    CHECK(writer.size() == 2);
    CHECK(reader.size() == 1);
  }
  CHECK(reader.size() == 2);
}

TEST_CASE("an empty file is a start that was cut off", "[store]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder.write("r.zeroth", ""));
  CHECK(store.size() == 0);
}

TEST_CASE("a start that was cut off in its first transaction begins again", "[store]") {
  const TemporaryFolder folder, cut;
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((folder / "r.zeroth").c_str(), &database) == SQLITE_OK);
  // What does not fit in the cache is in the file before the transaction is over.
  const char* half = R"(PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO t SELECT randomblob(1000) FROM n;)";
  REQUIRE(sqlite3_exec(database, half, nullptr, nullptr, nullptr) == SQLITE_OK);
  for (const char* name : {"r.zeroth", "r.zeroth-journal"}) {
    std::filesystem::copy_file(folder / name, cut / name);
  }
  sqlite3_close(database);
  REQUIRE(std::filesystem::file_size(cut / "r.zeroth") > 0);
  Store store = Store::open_to_write(cut / "r.zeroth");
  store.append({run_of(1, "a", 0, 1)});
  CHECK(store.size() == 1);
}

TEST_CASE("CSV is quoted, complete and not overwritten unasked", "[report]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  store.append({run_of(0, "a", 0, 0.1), run_of(1, "b", 0, 1e-300)});
  write_csv(store, folder / "csv", false);
  CHECK(read_all(folder / "csv" / "runs.csv") ==
        "run,problem,problem_parameters,split,instance,instance_label,optimizer,optimizer_label,"
        "optimizer_parameters,"
        "trial,seed,outcome,message,iterations,queries,initial_loss,final_loss,best_loss,wall_"
        "seconds,problem_seconds,"
        "metric_first_success_iteration,metric_l1\n"
        "0,sphere,\"{\"\"d\"\":3,\"\"file\"\":\"\"a,b\"\"}\",test,0,\"i\"\"0\"\"\",a,a,{},0,"
        "9007199254740991,budget,,2,42,3,"
        "0.1,0.1,0.5,0.25,7,\n"
        "1,sphere,\"{\"\"d\"\":3,\"\"file\"\":\"\"a,b\"\"}\",test,0,\"i\"\"0\"\"\",b,b,{},0,"
        "9007199254740991,budget,,2,42,3,"
        "1e-300,1e-300,0.5,0.25,7,\n");
  CHECK(has(read_all(folder / "csv" / "trace.csv"),
            "run,iteration,queries,loss\n0,0,0,3\n0,1,21,0.1\n0,2,42,0.1\n1,0,0,3\n"));
  CHECK(has(complaint_of([&] { write_csv(store, folder / "csv", false); }), "is there already"));
  write_csv(store, folder / "csv", true);
  CHECK(has(complaint_of([&] { write_csv(store, "/proc/none", false); }), "/proc/none"));
  std::filesystem::remove(folder / "csv" / "runs.csv");
  CHECK(has(complaint_of([&] { write_csv(store, folder / "csv", false); }), "trace.csv"));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "csv"))
    CHECK(entry.path().extension() == ".csv");
}

TEST_CASE("the summary ranks within instance and trial, failed runs last", "[report]") {
  const TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  StoredRun failed = run_of(5, "b", 2, 0.0);
  failed.result.outcome = Outcome::failed;
  store.append({run_of(0, "a", 0, 2), run_of(1, "b", 0, 1), run_of(2, "a", 1, 4),
                run_of(3, "b", 1, 5), run_of(4, "a", 2, 3), failed});
  const std::vector<ProblemSummary> summaries = summarize(read_results(store));
  REQUIRE(summaries.size() == 1);
  REQUIRE(summaries[0].lines.size() == 2);
  const SummaryLine& a = summaries[0].lines[0];
  CHECK(a.optimizer == "a");
  CHECK(a.rank == Approx((2 + 1 + 1) / 3.0));
  CHECK(a.median == 3);
  CHECK(a.lower_quartile == 2.5);
  CHECK(a.success_rate == 0);
  CHECK(summaries[0].lines[1].success_rate == Approx(1 / 3.0));
  CHECK(a.milliseconds_per_iteration == 250);
  CHECK(summaries[0].lines[1].failures == 1);
  CHECK(summaries[0].lines[1].median == 5);
  const std::string text = format(summaries, false);
  CHECK(has(text, "Sphere (test)"));
  CHECK(has(text, "1 failed"));
  CHECK(text.find('\033') == std::string::npos);
}
