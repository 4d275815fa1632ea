#include "cli/paths.hpp"

#include <fmt/format.h>

#include <boost/dll/runtime_symbol_info.hpp>
#include <string>

#include "bytes.hpp"
#include "hash.hpp"
#include "new_file.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;

namespace {

fs::path from_program(const char* relative) {
  const fs::path program = boost::dll::program_location().parent_path().string();
  return (program / relative).lexically_normal();
}

}  // namespace

std::string fingerprint_of(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) ? fingerprint(read_bytes(path)) : "";
}

fs::path share_folder() { return from_program(share_folder_from_program); }

void refuse_missing(const std::string& file, const char* shipped) {
  std::error_code error;
  if (fs::exists(file, error)) return;
  throw UserError(file, "there is no such file",
                  fmt::format("name one such as {}", (share_folder() / shipped).string()));
}

fs::path template_folder() { return from_program(template_folder_from_program); }

ResolvePath resolve_beside(const fs::path& file) {
  return [folder = absolute_path(file).parent_path()](const std::string& written, bool is_default) {
    std::error_code error;
    fs::path found = (folder / written).lexically_normal();
    const fs::path shipped = share_folder() / written;
    if ((is_default || !fs::exists(found, error)) && fs::exists(shipped, error)) found = shipped;
    return ResolvedPath{found.string(), fingerprint_of(found)};
  };
}

}  // namespace zeroth::host
