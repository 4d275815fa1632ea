// Runs a target once for every file of the folders that are named: where there is no libFuzzer.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "fuzz.hpp"

int main(int argc, char** argv) {
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
      // An allocation of its own, so that AddressSanitizer sees what is read beyond the end.
      const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
      try {
        LLVMFuzzerTestOneInput(input.data(), input.size());
      } catch (const std::exception& error) {
        std::cerr << entry.path().string() << ": " << error.what() << '\n';
        return 1;
      }
      ++inputs;
    }
  }
  std::cout << inputs << " inputs\n";
  return inputs == 0 ? 1 : 0;
}
