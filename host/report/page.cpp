#include "report/page.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <string_view>

#include "bytes.hpp"
#include "new_file.hpp"
#include "report/page_data.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

std::string read_part(const fs::path& file) {
  try {
    return read_bytes(file);
  } catch (const std::exception& error) {
    throw UserError(
        "", error.what(),
        "it belongs to the installation: share/report beside the program; install again");
  }
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

// What stands between before and after, replaced by what `content` makes of it, everywhere.
template <typename Content>
void replace_each(std::string& text, std::string_view before, std::string_view after,
                  const Content& content) {
  for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;) {
    const std::size_t name = at + before.size();
    const std::size_t end = text.find(after, name);
    if (end == std::string::npos) return;
    const std::string inlined = content(text.substr(name, end - name));
    text.replace(at, end + after.size() - at, inlined);
    at += inlined.size();
  }
}

}  // namespace

std::string inline_page(const fs::path& page_template, const std::string& json) {
  std::string page = read_part(page_template);
  replace_each(page, R"(<link rel="stylesheet" href=")", R"(">)", [&](const std::string& name) {
    return "<style>\n" + read_part(page_template.parent_path() / name) + "</style>";
  });
  replace_each(page, R"(<script src=")", R"("></script>)", [&](const std::string& name) {
    std::string script = read_part(page_template.parent_path() / name);
    replace_all(script, "</script", "<\\/script");
    replace_all(script, "<!--", "<\\!--");
    return "<script>\n" + script + "</script>";
  });
  std::string data = json;
  replace_all(data, "<", "\\u003c");
  replace_each(page, R"(<script type="application/json" id="data">)", "</script>",
               [&](const std::string&) {
                 return R"(<script type="application/json" id="data">)" + data + "</script>";
               });
  return page;
}

void write_page(const Store& store, const fs::path& folder, const std::vector<std::uint64_t>& at,
                const fs::path& output, bool overwrite) {
  NewFile file(output, overwrite, "name another file with -o");
  const std::string json =
      page_data(store, at).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  file.out() << inline_page(folder / "report.html", json);
  file.finish();
}

}  // namespace zeroth::host
