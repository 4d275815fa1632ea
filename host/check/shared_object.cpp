#include "check/shared_object.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <stdexcept>

namespace zeroth::host::check {
namespace {

using Dynamic = ElfW(Dyn);
using Symbol = ElfW(Sym);

const Dynamic* entry(const link_map& map, ElfW(Sxword) tag) {
  for (const Dynamic* each = map.l_ld; each->d_tag != DT_NULL; ++each) {
    if (each->d_tag == tag) return each;
  }
  return nullptr;
}

// The loader of glibc has made addresses of these entries, but for a few machines.
template <typename T>
const T* table(const link_map& map, ElfW(Sxword) tag) {
  const Dynamic* found = entry(map, tag);
  if (found == nullptr) return nullptr;
  const ElfW(Addr) address = found->d_un.d_ptr;
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<const T*>(address < map.l_addr ? address + map.l_addr : address);
}

// Of the table of symbols.  Source: System V ABI, "Hash Table"; the GNU form as binutils writes it.
std::size_t symbol_count(const link_map& map) {
  if (const auto* hash = table<ElfW(Word)>(map, DT_HASH)) return hash[1];
  const auto* hash = table<std::uint32_t>(map, DT_GNU_HASH);
  if (hash == nullptr) return 0;
  const std::uint32_t buckets = hash[0], first = hash[1], filters = hash[2];
  const std::uint32_t* bucket = hash + 4 + filters * (sizeof(ElfW(Addr)) / sizeof *hash);
  const std::uint32_t* chain = bucket + buckets;
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < buckets; ++i) last = std::max(last, bucket[i]);
  if (last < first) return first;
  while ((chain[last - first] & 1u) == 0) ++last;
  return last + 1;
}

std::vector<std::string> needed_by(const link_map& map) {
  const char* strings = table<char>(map, DT_STRTAB);
  std::vector<std::string> names;
  for (const Dynamic* each = map.l_ld; each->d_tag != DT_NULL; ++each) {
    if (each->d_tag == DT_NEEDED) names.emplace_back(strings + each->d_un.d_val);
  }
  return names;
}

}  // namespace

bool is_threads_runtime(const std::string& library) {
  for (const char* each : {"libtbb.", "libtbb12.", "libgomp.", "libomp.", "libiomp5.",
                           "libtbbmalloc.", "libtbbmalloc_proxy."}) {
    if (library.starts_with(each)) return true;
  }
  return false;
}

SharedObject::SharedObject(const std::filesystem::path& file)
    : handle_(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)), map_(nullptr) {
  if (handle_ == nullptr) throw std::runtime_error(dlerror());
  if (dlinfo(handle_, RTLD_DI_LINKMAP, &map_) != 0) throw std::runtime_error(dlerror());
}

void* SharedObject::symbol(const char* name) const { return dlsym(handle_, name); }

std::vector<std::string> SharedObject::exports() const {
  const auto* symbols = table<Symbol>(*map_, DT_SYMTAB);
  const char* strings = table<char>(*map_, DT_STRTAB);
  const std::vector<std::string> of_linkers{"_init", "_fini", "_edata", "_end", "__bss_start"};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < symbol_count(*map_); ++i) {
    const Symbol& symbol = symbols[i];
    const auto binding = ELF64_ST_BIND(symbol.st_info);
    const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) continue;
    if (binding == STB_LOCAL || visibility == STV_HIDDEN || visibility == STV_INTERNAL) continue;
    std::string name = strings + symbol.st_name;
    if (std::find(of_linkers.begin(), of_linkers.end(), name) == of_linkers.end())
      names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> SharedObject::needed() const { return needed_by(*map_); }

std::vector<std::string> SharedObject::all_needed() const {
  const link_map* head = map_;
  while (head->l_prev != nullptr) head = head->l_prev;
  std::vector<std::string> names = needed();
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const link_map* each = head; each != nullptr; each = each->l_next) {
      if (std::filesystem::path(each->l_name).filename() != names[i]) continue;
      for (std::string& name : needed_by(*each)) {
        if (std::find(names.begin(), names.end(), name) == names.end())
          names.push_back(std::move(name));
      }
    }
  }
  return names;
}

}  // namespace zeroth::host::check
