// Where NewFile was.
#pragma once

#include "../new_file.hpp"
