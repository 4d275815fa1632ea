#include "plugins/registry.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <sstream>
#include <unordered_set>

#include "in_fork.hpp"
#include "plugins/files_read.hpp"
#include "plugins/log.hpp"
#include "printable.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds patience{30};  // for one library to load

const void* service(const zeroth_host*, const char* id) {
  static const zeroth_log_1 log{sizeof(zeroth_log_1), 0, log_line};
  static const zeroth_files_1 files{sizeof(zeroth_files_1), 0, FilesRead::add};
  const std::string_view wanted(id == nullptr ? "" : id);
  if (wanted == ZEROTH_LOG_1) return &log;
  return wanted == ZEROTH_FILES_1 ? &files : nullptr;
}

const zeroth_host& this_host() {
  static const zeroth_host host{sizeof(zeroth_host),
                                ZEROTH_ABI_MAJOR,
                                ZEROTH_ABI_MAJOR,
                                ZEROTH_ABI_MINOR,
                                "zeroth",
                                version,
                                service};
  return host;
}

zeroth_library negotiate(const boost::dll::shared_library& file) {
  if (!file.has(ZEROTH_NEGOTIATE)) {
    throw std::runtime_error(
        "it exports no zeroth_negotiate, which ZEROTH_LIBRARY(...) defines: not a Zeroth plugin");
  }
  zeroth_library answer{};
  answer.struct_size = sizeof answer;
  const zeroth_status status = file.get<zeroth_status(const zeroth_host*, zeroth_library*)>(
      ZEROTH_NEGOTIATE)(&this_host(), &answer);
  if (status == ZEROTH_UNSUPPORTED && answer.abi_major == ZEROTH_ABI_MAJOR) {
    throw std::runtime_error(
        "it says that it needs another plugin ABI, and names the one that this program speaks");
  }
  if (status == ZEROTH_UNSUPPORTED) {
    throw std::runtime_error(
        fmt::format("it needs plugin ABI {}.{}, this program speaks {}.{}: rebuild it against this "
                    "program's SDK",
                    answer.abi_major, answer.abi_minor, ZEROTH_ABI_MAJOR, ZEROTH_ABI_MINOR));
  }
  if (status != ZEROTH_OK)
    throw std::runtime_error(fmt::format("its negotiation failed with status {}", status));
  const auto refuse_if = [](bool wrong, const std::string& what) {
    if (wrong) throw std::runtime_error("its answer to the negotiation " + what);
  };
  refuse_if(answer.struct_size < sizeof answer, "has a struct_size that is too small");
  refuse_if(answer.abi_major != ZEROTH_ABI_MAJOR,
            fmt::format("picks ABI {}, which was not offered", answer.abi_major));
  refuse_if(answer.optimizer_count > 0 && answer.optimizers == nullptr, "lists no optimizers");
  refuse_if(answer.problem_count > 0 && answer.problems == nullptr, "lists no problems");
  return answer;
}

fs::path program_folder() { return boost::dll::program_location().parent_path().string(); }

// Of those that are built and installed with the program.
fs::path own_plugins() {
  std::error_code error;
  return fs::canonical(program_folder() / plugin_folder_from_program, error);
}

// Never unloaded: descriptors, and threads that a library may have started, outlive every owner.
const boost::dll::shared_library& keep_loaded(boost::dll::shared_library library) {
  static auto& kept = *new std::deque<boost::dll::shared_library>;
  return kept.emplace_back(std::move(library));
}

struct Described {
  std::vector<Descriptor> optimizers, problems;
};

Described open_and_describe(const fs::path& file) {
  const zeroth_library library = open_library(file);
  Described described;
  for (std::uint64_t i = 0; i < library.optimizer_count; ++i)
    described.optimizers.push_back(describe(library.optimizers[i], file));
  for (std::uint64_t i = 0; i < library.problem_count; ++i)
    described.problems.push_back(describe(library.problems[i], file));
  return described;
}

// Tried in another process: one that ends with it, or hangs, costs a warning and not the command.
bool survives(const fs::path& file, const Registry::Warn& warn) {
  const std::string end = end_in_fork(
      [&] { open_and_describe(file); }, patience,
      [&] {
        log(ZEROTH_LOG_INFO, fmt::format("plugin {} takes its time to load ...", file.string()));
      });
  if (!end.empty()) {
    warn(fmt::format(
        "plugin {} is left out; a process that tried to load it: {}.  `zeroth check {}` tells more",
        file.string(), end, shell_word(file.string())));
  }
  return end.empty();
}

// What concerns a library is kept once, not by each of its descriptors.
void share_state(std::vector<Descriptor>& optimizers, std::vector<Descriptor>& problems) {
  std::shared_ptr<std::mutex> lock;
  std::shared_ptr<std::atomic<bool>> is_dead;
  for (auto* all : {&optimizers, &problems}) {
    for (Descriptor& each : *all) {
      if (is_dead == nullptr) is_dead = each.library_is_dead;
      each.library_is_dead = is_dead;
      if (each.one_at_a_time == nullptr) continue;
      if (lock == nullptr) lock = each.one_at_a_time;
      each.one_at_a_time = lock;
    }
  }
}

}  // namespace

std::vector<fs::path> plugin_folders(const std::vector<std::string>& from_command_line) {
  std::vector<fs::path> folders;
  const auto add = [&folders](const fs::path& folder) {
    std::error_code error;
    fs::path canonical = fs::canonical(folder, error);
    if (error) canonical = folder;
    if (std::find(folders.begin(), folders.end(), canonical) == folders.end())
      folders.push_back(canonical);
  };
  const auto add_if_there = [&add](const fs::path& folder) {
    std::error_code ignored;
    if (fs::is_directory(folder, ignored)) add(folder);
  };
  for (const std::string& folder : from_command_line) add(folder);
  if (const char* path = std::getenv("ZEROTH_PLUGIN_PATH")) {
    std::istringstream in(path);
    for (std::string folder; std::getline(in, folder, ':');) {
      if (!folder.empty()) add_if_there(folder);
    }
  }
  add_if_there(own_plugins());
  add_if_there(program_folder() / "plugins");
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    add_if_there(fs::path(data) / "zeroth" / "plugins");
  } else if (const char* home = std::getenv("HOME")) {
    add_if_there(fs::path(home) / ".local" / "share" / "zeroth" / "plugins");
  }
  return folders;
}

bool is_library(const fs::path& file) { return file.extension() == ".so"; }

zeroth_library open_library(const fs::path& file) {
  using namespace boost::dll;
  shared_library library;
  boost::dll::fs::error_code error;
  library.load(fs::absolute(file).string(), error, load_mode::rtld_now | load_mode::rtld_local);
  if (error) {
    const char* why = dlerror();
    throw std::runtime_error(why == nullptr ? error.message() : why);
  }
  return negotiate(keep_loaded(std::move(library)));
}

Registry::Registry(const std::vector<fs::path>& folders, const Warn& warn) {
  std::vector<fs::path> files;
  std::unordered_set<std::string> deadly;
  for (const fs::path& folder : folders) {
    std::error_code error;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (is_library(entry.path())) found.push_back(entry.path());
    }
    if (error) warn(fmt::format("plugin folder {}: {}", folder.string(), error.message()));
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
    if (folder == own_plugins()) continue;
    // All before the first is loaded, which may start threads.
    for (const fs::path& file : found) {
      if (!survives(file, warn)) deadly.insert(file);
    }
  }
  for (const fs::path& file : files) {
    if (deadly.count(file) == 0) load(file, warn);
  }
  const auto by_id = [](const Descriptor& a, const Descriptor& b) { return a.id < b.id; };
  std::sort(optimizers_.begin(), optimizers_.end(), by_id);
  std::sort(problems_.begin(), problems_.end(), by_id);
}

void Registry::load(const fs::path& file, const Warn& warn) {
  try {
    auto [optimizers, problems] = open_and_describe(file);
    share_state(optimizers, problems);
    const auto add = [&](std::vector<Descriptor>& all, std::vector<Descriptor>& found,
                         const char* kind) {
      for (Descriptor& each : found) {
        if (const Descriptor* first = find(all, each.id)) {
          warn(fmt::format("plugin {}: {} '{}' is left out, {} has one of that id", file.string(),
                           kind, each.id, first->library.string()));
        } else {
          all.push_back(std::move(each));
        }
      }
    };
    add(optimizers_, optimizers, "optimizer");
    add(problems_, problems, "problem");
  } catch (const std::exception& error) {
    warn(fmt::format("plugin {} is left out: {}", file.string(), error.what()));
  }
}

const Descriptor* Registry::find(const std::vector<Descriptor>& all, std::string_view id) {
  const auto found =
      std::find_if(all.begin(), all.end(), [id](const Descriptor& d) { return d.id == id; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace zeroth::host
