// One command's options, as Boost.Program_options reads them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/environment.hpp"
#include "near_miss.hpp"
#include "user_error.hpp"

namespace zeroth::host {

namespace po = boost::program_options;

/// The options of its own, its positional arguments, and the options that others have too.
class Parser {
 public:
  /// plugin_folders  of --plugin-dir; null where the command looks for no plugins.
  Parser(std::string usage, std::string explanation,
         std::vector<std::string>* plugin_folders = nullptr)
      : usage_(std::move(usage)), explanation_(std::move(explanation)), visible_("Options") {
    if (plugin_folders != nullptr) {
      list("plugin-dir", "DIR", plugin_folders,
           "also look for plugins here, first; may be repeated");
    }
    visible_.add_options()("help,h", "print this help");
  }

  /// option  "NAME" or "NAME,LETTER"
  /// what    stands for the value in the help
  /// target  keeps what it has where the option is not given
  /// text    wrapped when it is printed
  template <typename T>
  void value(const char* option, const char* what, T* target, const char* text) {
    add(option, po::value(target)->value_name(what), text);
  }
  /// As value(), with a default that the help shows.
  template <typename T>
  void value_or(const T& otherwise, const char* option, const char* what, T* target,
                const char* text) {
    add(option, po::value(target)->value_name(what)->default_value(otherwise), text);
  }
  /// As value(), and may be given again and again.
  void list(const char* option, const char* what, std::vector<std::string>* target,
            const char* text) {
    add(option, po::value(target)->value_name(what)->composing(), text);
  }
  void flag(const char* option, bool* target, const char* text) {
    add(option, po::bool_switch(target), text);
  }
  /// --threads.
  void threads(int* target, const char* text, int default_at_most = 1024) {
    *target = std::min(available_cores(), default_at_most);
    threads_ = target;
    value("threads,j", "N", target, text);
  }
  template <typename T>
  void positional(const char* name, T* target) {
    hidden_.add_options()(name, po::value(target));
    positional_.add(name, 1);
  }

  /// Fills the targets.  False: help was printed instead.  Throws UserError.
  bool parse(const std::vector<std::string>& arguments, std::ostream& out) {
    po::options_description all;
    all.add(visible_).add(hidden_);
    po::variables_map map;
    try {
      // Its own name for what is too much: Boost's error does not say which it is.
      std::vector<std::string> beyond;
      all.add_options()("beyond", po::value(&beyond));
      po::positional_options_description positional = positional_;
      positional.add("beyond", -1);
      po::store(po::command_line_parser(arguments).options(all).positional(positional).run(), map);
      if (map.count("help") != 0) {
        out << "usage: " << usage_ << "\n\n" << explanation_ << "\n" << visible_;
        return false;
      }
      po::notify(map);
      if (!beyond.empty()) {
        throw UserError("command line",
                        fmt::format("'{}' is one argument too many", beyond.front()),
                        "usage: " + usage_);
      }
      for (const auto& [name, value] : map) {
        if (!value.defaulted()) given_.insert(name);
      }
    } catch (const po::unknown_option& error) {
      std::vector<std::string> known;
      for (const auto& option : visible_.options()) known.push_back("--" + option->long_name());
      throw UserError("command line", fmt::format("unknown option '{}'", error.get_option_name()),
                      suggestion(error.get_option_name(), known));
    } catch (const po::error& error) {
      throw UserError("command line", error.what(), "usage: " + usage_);
    }
    if (threads_ != nullptr && (*threads_ < 1 || *threads_ > 1024))
      throw UserError("--threads", fmt::format("must be 1 .. 1024, is {}", *threads_));
    return true;
  }
  /// Throws UserError where a value was not given.
  void require(bool given, const std::string& what) const {
    if (!given) throw UserError("command line", what + " is missing", "usage: " + usage_);
  }
  bool was_given(const std::string& option) const { return given_.count(option) != 0; }

 private:
  void add(const char* option, const po::value_semantic* value, const char* text) {
    visible_.add_options()(option, value, text);
  }

  std::string usage_, explanation_;
  int* threads_ = nullptr;
  std::set<std::string> given_;
  po::options_description visible_, hidden_;
  po::positional_options_description positional_;
};

}  // namespace zeroth::host
