// Result files and training files: SQLite images, and what is reported of them.
#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz.hpp"
#include "report/page_data.hpp"
#include "report/summary.hpp"
#include "report/training_summary.hpp"
#include "store/store.hpp"
#include "store/training_store.hpp"

using namespace zeroth;

namespace {

// In memory, and by a name: SQLite puts a journal beside it.
class Image {
 public:
  Image() {
    std::string pattern = "/dev/shm/zeroth-fuzz-XXXXXX";
    fuzz::require(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~Image() { std::filesystem::remove_all(folder_); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  std::filesystem::path file() const { return folder_ / "image.zeroth"; }
  void set(std::string_view bytes) const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) remove(entry.path());
    std::ofstream(file(), std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace

// First byte: 0 the table of a result file, 1 its page, 2 a training file.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Image image;
  fuzz::Input input(data, size);
  const std::uint8_t what = input.byte() % 3;
  image.set(input.text());
  const std::filesystem::path file = image.file();
  fuzz::may_refuse<std::exception>(file.string(), [&] {
    if (what == 2) {
      const auto store = host::TrainingStore::open_to_read(file);
      static_cast<void>(store.state());
      host::format_training(store);
      store.for_each([](const host::StepRecord&) {});
    } else {
      const auto store = host::Store::open_to_read(file);
      store.for_each(true, [](const host::StoredRun&) {});
      if (what == 0) {
        host::format(host::summarize(store), true);
      } else {  // as write_page() does
        static_cast<void>(
            host::page_data(store, {1})
                .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
      }
    }
  });
  return 0;
}
