// What a person would read.
#pragma once

#include <string>

#include "support/text.hpp"
#include "user_error.hpp"

namespace zeroth::test {

/// The message and, on a second line, the remedy of the UserError that body() throws.
template <typename Body>
std::string complaint_of(Body&& body) {
  try {
    body();
  } catch (const host::UserError& error) {
    return std::string(error.what()) + "\n" + error.remedy();
  }
  return "no complaint";
}

}  // namespace zeroth::test
