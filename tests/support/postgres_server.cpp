#include "tests/support/postgres_server.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <initializer_list>
#include <pwd.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace pgveil::test {
namespace {

std::string program(const char* name) {
  const char* folder = std::getenv("PGVEIL_PG_BIN");
  return std::string(folder != nullptr ? folder : "/usr/lib/postgresql/15/bin") + "/" + name;
}

/// Runs in the child: becomes user postgres if it is root, ends with its parent, logs into `log`.
[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log) {
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 ||
        setuid(user->pw_uid) != 0) {
      _exit(126);
    }
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

pid_t start(const std::vector<std::string>& command, const std::string& log) {
  const pid_t pid = fork();
  if (pid == 0) {
    become(command, log);
  }
  if (pid < 0) {
    throw std::runtime_error("fork failed");
  }
  return pid;
}

std::string make_folder() {
  std::string path = (std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp") +
                     std::string("/pgveil-test-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    throw std::runtime_error("mkdtemp failed");
  }
  if (const passwd* user = getpwnam("postgres"); geteuid() == 0 && user != nullptr) {
    if (chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("chown failed");
    }
  }
  return path;
}

}  // namespace

PostgresServer::PostgresServer() : folder_(make_folder()) {
  const std::string data = folder_ + "/data";
  const std::string log = folder_ + "/log";
  const pid_t init = start({program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N",
                            "-E", "UTF8", "--locale=C.UTF-8"},
                           log);
  int status = 0;
  if (waitpid(init, &status, 0) != init || status != 0) {
    throw std::runtime_error("initdb failed, see " + log);
  }
  pid_ = start(
      {program("postgres"), "-D", data, "-k", folder_, "-c", "listen_addresses=", "-c", "fsync=off",
       "-c", "synchronous_commit=off", "-c", "max_connections=20", "-c", "shared_buffers=16MB"},
      log);
  for (int tries = 0; tries < 300; ++tries) {
    if (PQping(conninfo().c_str()) == PQPING_OK) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("postgres does not answer, see " + log);
}

PostgresServer::~PostgresServer() {
  if (pid_ > 0) {
    kill(pid_, SIGQUIT);
    waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresServer::conninfo() const {
  return "host=" + folder_ + " user=postgres dbname=postgres client_encoding=UTF8";
}

}  // namespace pgveil::test
