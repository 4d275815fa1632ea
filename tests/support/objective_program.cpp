// Programs for the `command` problem, good and bad:  objective_program MODE [FOLDER [COUNT]]
//
// Each writes a file FOLDER/pid-N of its process number.  f is Rosenbrock's function where a mode
// says nothing else; a bad one is bad where x[0] > 0.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace {

double rosenbrock(const std::vector<double>& x) {
  double sum = x.size() == 1 ? (1 - x[0]) * (1 - x[0]) : 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
    sum += a * a + 100 * b * b;
  }
  return sum;
}

std::size_t processes_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    count += entry.path().filename().string().starts_with("pid-") ? 1 : 0;
  return count;
}

void answer_json(const std::string& line, const std::string& mode) {
  const auto question = nlohmann::json::parse(line);
  if (question.contains("x")) {
    const auto x = question["x"].get<std::vector<double>>();
    if (mode == "json-reason" && x[0] > 0) {
      std::cout << R"({"f": null, "error": "the mesh is torn"})" << std::endl;
    } else {
      std::cout << nlohmann::json{{"f", rosenbrock(x)}}.dump() << std::endl;
    }
    return;
  }
  std::vector<double> f;
  for (const auto& x : question["X"]) f.push_back(rosenbrock(x.get<std::vector<double>>()));
  if (mode == "json-few") f.pop_back();
  std::cout << nlohmann::json{{"F", f}}.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const std::filesystem::path folder = argc > 2 ? argv[2] : ".";
  const std::size_t wanted = argc > 3 ? std::stoul(argv[3]) : 0;
  if (argc > 2) std::ofstream(folder / ("pid-" + std::to_string(getpid()))) << "\n";
  if (mode == "noisy") std::cerr << std::string(1 << 20, '.') << "\nthe last words" << std::endl;
  std::cout.precision(17);
  int asked = 0;
  for (std::string line; std::getline(std::cin, line); ++asked) {
    while (processes_in(folder) < wanted) usleep(1000);  // until so many run at once
    if (mode.starts_with("json")) {
      answer_json(line, mode);
      continue;
    }
    std::vector<double> x;
    std::istringstream in(line);
    for (double value = 0; in >> value;) x.push_back(value);
    const bool bad = x.at(0) > 0;
    if (mode == "crashes-once" && !std::filesystem::exists(folder / "crashed")) {
      std::ofstream(folder / "crashed") << "\n";
      abort();
    }
    if (mode == "hangs-later" && asked > 0) sleep(100000);
    if (mode == "takes-time") usleep(5000);
    if (bad && mode == "killed") {
      std::cerr << "about to die" << std::endl;
      kill(getpid(), SIGKILL);
    }
    if (bad && mode == "slow") sleep(100000);
    if (bad && mode == "garbage") std::cout << "\x1b[2Jwhat?" << std::endl;
    if (bad && mode == "nan") std::cout << "nan" << std::endl;
    if (bad && mode == "endless") {
      for (;;) std::cout << std::string(65536, '7');
    }
    std::ostringstream out;
    out.precision(17);
    out << rosenbrock(x) << '\n';
    if (bad && mode == "twice") out << "17\n";
    const bool answered = bad && (mode == "garbage" || mode == "nan");
    if (!answered) std::cout << out.str() << std::flush;
    if (mode == "leaves" && asked == 2) return 0;
  }
}
