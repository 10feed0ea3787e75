#include "proxy/twin/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace pgveil::proxy::twin {
namespace {

constexpr std::size_t kErrorTextLimit = 4096;

/// argv and envp, made before fork: between fork and exec only async-signal-safe calls are allowed.
class ExecImage {
 public:
  ExecImage(const std::vector<std::string>& arguments, const Environment& extra)
      : arguments_(arguments) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      environment_.emplace_back(*entry);
    }
    for (const auto& [name, value] : extra) {
      std::erase_if(environment_,
                    [&](const std::string& entry) { return entry.starts_with(name + "="); });
      environment_.push_back(name + "=" + value);
    }
    for (std::string& text : arguments_) {
      argv_.push_back(text.data());
    }
    argv_.push_back(nullptr);
    for (std::string& text : environment_) {
      envp_.push_back(text.data());
    }
    envp_.push_back(nullptr);
  }

  [[noreturn]] void exec(pid_t parent, int death_signal) const {
    ::prctl(PR_SET_PDEATHSIG, death_signal);
    if (::getppid() != parent) {
      ::_exit(126);  // the parent died before prctl
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::execve(argv_[0], argv_.data(), envp_.data());
    ::_exit(127);
  }

 private:
  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
};

struct Pipe {
  int read = -1;
  int write = -1;

  [[nodiscard]] bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0) {
      return false;
    }
    read = ends[0];
    write = ends[1];
    return true;
  }

  void close_read() { shut(read); }

  void close_write() { shut(write); }

  ~Pipe() {
    close_read();
    close_write();
  }

 private:
  static void shut(int& fd) {
    if (fd >= 0) {
      ::close(fd);
      fd = -1;
    }
  }
};

/// Appends what there is to read; false at the end.
bool read_some(int fd, std::string& out) {
  std::array<char, 65'536> chunk;
  const ssize_t got = ::read(fd, chunk.data(), chunk.size());
  if (got > 0) {
    out.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }
  return got < 0 && errno == EINTR;
}

void collect(Pipe& out, Pipe& err, ProgramOutput& output) {
  std::array<pollfd, 2> fds{{{out.read, POLLIN, 0}, {err.read, POLLIN, 0}}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) {
      return;
    }
    if (fds[0].fd >= 0 && fds[0].revents != 0 && !read_some(fds[0].fd, output.out)) {
      fds[0].fd = -1;
    }
    if (fds[1].fd >= 0 && fds[1].revents != 0) {
      if (!read_some(fds[1].fd, output.err)) {
        fds[1].fd = -1;
      }
      if (output.err.size() > kErrorTextLimit) {
        output.err.resize(kErrorTextLimit);
      }
    }
  }
}

}  // namespace

Result<ProgramOutput> run_program(const std::vector<std::string>& arguments,
                                  const Environment& extra) {
  const ExecImage image(arguments, extra);
  Pipe out;
  Pipe err;
  if (!out.open() || !err.open()) {
    return Error{Errc::Program, "run", std::strerror(errno)};
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    return Error{Errc::Program, "run", std::strerror(errno)};
  }
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, STDIN_FILENO);
    ::dup2(out.write, STDOUT_FILENO);
    ::dup2(err.write, STDERR_FILENO);
    image.exec(parent, SIGKILL);
  }
  out.close_write();
  err.close_write();
  ProgramOutput output;
  collect(out, err, output);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return output;
}

Result<Done> Postmaster::start(const std::vector<std::string>& arguments,
                               const std::string& log_file) {
  stop(false);
  const ExecImage image(arguments, {{"LC_MESSAGES", "C"}});
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    return Error{Errc::Program, "start postgres", std::strerror(errno)};
  }
  if (child == 0) {
    // A session of its own: a Ctrl-C for pgveil is not one for the twin, which pgveil stops itself.
    ::setsid();
    const int null = ::open("/dev/null", O_RDWR);
    const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(log >= 0 ? log : null, STDERR_FILENO);
    image.exec(parent, SIGQUIT);
  }
  pid_ = child;
  return Done{};
}

bool Postmaster::alive() {
  if (pid_ <= 0) {
    return false;
  }
  int status = 0;
  const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
  if (reaped == pid_ || (reaped < 0 && errno == ECHILD)) {
    pid_ = -1;
    return false;
  }
  return true;
}

bool Postmaster::wait_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (alive()) {
    if (std::chrono::steady_clock::now() >= end) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

void Postmaster::stop(bool clean) {
  if (!alive()) {
    return;
  }
  using std::chrono::seconds;
  if (clean) {
    ::kill(pid_, SIGINT);
    if (wait_for(seconds(20))) {
      return;
    }
  }
  ::kill(pid_, SIGQUIT);
  if (!wait_for(seconds(5))) {
    ::kill(pid_, SIGKILL);
    (void)wait_for(seconds(5));
  }
}

}  // namespace pgveil::proxy::twin
