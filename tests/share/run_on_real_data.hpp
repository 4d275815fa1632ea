// `zeroth`, as a user with the real data runs it.
#pragma once

#include <string>
#include <vector>

#include "support/data.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace zeroth::test {

/// In the folder; ZEROTH_DATA is empty where there is no data.
inline ProcessResult run_on_real_data(const TemporaryFolder& folder,
                                      const std::vector<std::string>& arguments) {
  const auto data = data_folder();
  return run_zeroth(arguments, folder.path(),
                    {"ZEROTH_DATA=" + (data ? data->string() : ""), "XDG_DATA_HOME=/nowhere"});
}

}  // namespace zeroth::test
