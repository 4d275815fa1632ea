#include "cli/paths.hpp"

#include <boost/dll/runtime_symbol_info.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "hash.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;

namespace {

// Empty for what is no file that can be read: whoever needs it says so.
std::string fingerprint_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return "";
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return in.bad() ? "" : fingerprint(bytes);
}

}  // namespace

fs::path share_folder() {
  const fs::path program = boost::dll::program_location().parent_path().string();
  return (program / share_folder_from_program).lexically_normal();
}

ResolvePath resolve_beside(const fs::path& file) {
  return [folder = fs::absolute(file).parent_path()](const std::string& written) {
    std::error_code error;
    fs::path found = (folder / written).lexically_normal();
    const fs::path shipped = share_folder() / written;
    if (!fs::exists(found, error) && fs::exists(shipped, error)) found = shipped;
    return ResolvedPath{found.string(), fingerprint_of(found)};
  };
}

}  // namespace zeroth::host
