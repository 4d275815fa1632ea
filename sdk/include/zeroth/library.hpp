// The one exported symbol of a C++ plugin.
#pragma once

#include <zeroth/abi.h>
#include <zeroth/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

namespace zeroth {

/// What zeroth::optimizer<T>() and zeroth::problem<T>() return: one of the two is set.
struct LibraryEntry {
  const zeroth_optimizer* optimizer;
  const zeroth_problem* problem;
};

namespace detail {

/// The host that negotiates, for services; null before that.
inline const zeroth_host* current_host = nullptr;

class LibraryTable {
 public:
  LibraryTable(std::initializer_list<LibraryEntry> entries) {
    for (const LibraryEntry& entry : entries) {
      if (entry.optimizer != nullptr) optimizers_.push_back(entry.optimizer);
      if (entry.problem != nullptr) problems_.push_back(entry.problem);
    }
  }

  zeroth_status negotiate(const zeroth_host* host, zeroth_library* library, const char* name,
                          const char* version) const {
    library->abi_major = ZEROTH_ABI_MAJOR;
    library->abi_minor = ZEROTH_ABI_MINOR;
    if (library->struct_size < sizeof(zeroth_library))
      return ZEROTH_UNSUPPORTED;  // 1.0 is the first
    if (ZEROTH_ABI_MAJOR < host->abi_major_min || ZEROTH_ABI_MAJOR > host->abi_major_max) {
      return ZEROTH_UNSUPPORTED;
    }
    library->struct_size = sizeof(zeroth_library);
    if (host->abi_major_max == ZEROTH_ABI_MAJOR) {
      library->abi_minor = std::min<std::uint32_t>(host->abi_minor, ZEROTH_ABI_MINOR);
    }
    library->name = name;
    library->version = version;
    library->optimizer_count = optimizers_.size();
    library->optimizers = optimizers_.data();
    library->problem_count = problems_.size();
    library->problems = problems_.data();
    return ZEROTH_OK;
  }

 private:
  std::vector<const zeroth_optimizer*> optimizers_;
  std::vector<const zeroth_problem*> problems_;
};

/// A service of the host, or null.
template <typename Table>
const Table* service(const char* id) {
  if (current_host == nullptr) return nullptr;
  return static_cast<const Table*>(current_host->service(current_host, id));
}

inline void log(std::int32_t level, const std::string& line) {
  if (const auto* host = service<zeroth_log_1>(ZEROTH_LOG_1)) host->log(level, line.c_str());
}

}  // namespace detail

/// One line for the person at the terminal.
inline void log_info(const std::string& line) { detail::log(ZEROTH_LOG_INFO, line); }
inline void log_warning(const std::string& line) { detail::log(ZEROTH_LOG_WARNING, line); }

namespace detail {

/// Runs body(), whose caller takes no message: what it throws is a warning at the terminal.
template <typename Body>
zeroth_status logged(const char* of, Body&& body) noexcept {
  return guarded(body, [of](const char* text) {
    try {
      log_warning(std::string(of) + ": " + text);
    } catch (...) {  // out of memory
    }
  });
}

/// body(), which may give a status or nothing.
template <typename Body>
zeroth_status status_of(Body&& body) {
  using Given = std::invoke_result_t<Body>;
  static_assert(std::is_void_v<Given> || std::is_same_v<Given, zeroth_status>,
                "it returns nothing or a zeroth_status");
  if constexpr (std::is_void_v<Given>) {
    body();
    return ZEROTH_OK;
  } else {
    return body();
  }
}

}  // namespace detail

/// For constructors of suites and optimizers: what is made depends on this file.  See
/// zeroth_files_1; read_file() says it.
inline void note_file(const std::string& path) {
  if (const auto* host = detail::service<zeroth_files_1>(ZEROTH_FILES_1)) host->read(path.c_str());
}

}  // namespace zeroth

/// Defines the entry of a plugin library, once, in one source file.
///   ZEROTH_LIBRARY("my-plugin", "1.0.0", zeroth::optimizer<A>(), zeroth::problem<B>())
#define ZEROTH_LIBRARY(name, version, ...)                                           \
  extern "C" ZEROTH_EXPORT zeroth_status zeroth_negotiate(const zeroth_host* host,   \
                                                          zeroth_library* library) { \
    ::zeroth::detail::current_host = host;                                           \
    return ::zeroth::detail::logged(name, [&]() -> zeroth_status {                   \
      static const ::zeroth::detail::LibraryTable table{__VA_ARGS__};                \
      return table.negotiate(host, library, name, version);                          \
    });                                                                              \
  }
