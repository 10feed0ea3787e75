#include "proxy/cli/harden.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace pgveil::proxy::cli {

void harden_process() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  rlimit locked{};
  // Under a limit every later allocation could fail, so memory is locked only without one.
  if (getrlimit(RLIMIT_MEMLOCK, &locked) == 0 && locked.rlim_cur == RLIM_INFINITY) {
    mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
  }
}

std::optional<std::string> become(const std::string& account) {
  const passwd* entry = getpwnam(account.c_str());
  if (entry == nullptr) {
    return "there is no account " + account;
  }
  if (initgroups(entry->pw_name, entry->pw_gid) != 0 || setgid(entry->pw_gid) != 0 ||
      setuid(entry->pw_uid) != 0) {
    return "this process may not become " + account;
  }
  return std::nullopt;
}

bool is_root() { return geteuid() == 0; }

}  // namespace pgveil::proxy::cli
