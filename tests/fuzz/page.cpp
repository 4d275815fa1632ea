// The page of a result file, which is an SQLite image.
#include "report/page_data.hpp"

#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sqlite_image.hpp"
#include "store/store.hpp"

using namespace zeroth;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::SqliteImage image;
  image.set(fuzz::Input(data, size).text());
  const std::filesystem::path file = image.file();
  fuzz::may_refuse<std::exception>(file.string(), [&] {
    const auto store = host::Store::open_to_read(file);
    static_cast<void>(  // as write_page() does
        host::page_data(store, {1})
            .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  });
  return 0;
}
