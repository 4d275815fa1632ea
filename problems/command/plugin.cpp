#include "command/command.hpp"

ZEROTH_LIBRARY("command", "1.0.0", zeroth::problem<zeroth::command::CommandSuite>())
