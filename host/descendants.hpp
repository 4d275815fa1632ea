// What a process has started, and has left behind.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace zeroth::host {

/// From now on what loses its parent among the descendants of this process becomes its child, and
/// not one of the first process of the machine.  For the whole process.
void adopt_orphans();

/// The children of this process, those that have ended and were not waited for among them.
std::vector<pid_t> children();

/// An entry for the environment of a child, "ZEROTH_PROCESS=...", like no other's.  Threads: any.
std::string new_mark();

/// Ends what a dead child of ours has started: its process group, and those of our children that
/// were started with `mark` in their environment, one generation after the other.  Reaps orphans
/// that have ended, whoever's; one that led a process group stays, since it may be a child that
/// somebody here waits for.
/// Gives up on what does not die at once.  Threads: any.
void end_descendants(pid_t dead, const std::string& mark);

/// How a process ended, from what waitpid() says: "killed by SIGSEGV (Segmentation fault)", "exit
/// code 1"; empty for exit code 0.
std::string death_of(int status);

}  // namespace zeroth::host
