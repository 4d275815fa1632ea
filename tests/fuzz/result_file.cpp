// Result files and training files: SQLite images, and the table of what is in them.
#include <exception>
#include <filesystem>

#include "report/summary.hpp"
#include "report/training_summary.hpp"
#include "sqlite_image.hpp"
#include "store/store.hpp"
#include "store/training_store.hpp"

using namespace zeroth;

// First byte: 0 a result file, 1 a training file.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::SqliteImage image;
  fuzz::Input input(data, size);
  const bool training = input.byte() % 2 == 1;
  image.set(input.text());
  const std::filesystem::path file = image.file();
  fuzz::may_refuse<std::exception>(file.string(), [&] {
    if (training) {
      const auto store = host::TrainingStore::open_to_read(file);
      static_cast<void>(store.state());
      host::format_training(store);
      store.for_each([](const host::StepRecord&) {});
    } else {
      const auto store = host::Store::open_to_read(file);
      store.for_each(true, [](const host::StoredRun&) {});
      store.for_each_evaluation(host::Store::Order::by_query, [](const host::Evaluation&) {});
      host::format(host::summarize(host::read_results(store)), true);
    }
  });
  return 0;
}
