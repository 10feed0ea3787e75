#include "proxy/cli/explain.hpp"

#include "proxy/cli/control_plane.hpp"
#include "proxy/cli/harden.hpp"

#include <ostream>
#include <pthread.h>
#include <thread>

namespace pgveil::proxy::cli {
namespace {

constexpr std::size_t kPlannerStack = 64U << 20U;

struct Job {
  ControlPlane* control = nullptr;
  const policy::RoleView* role = nullptr;
  PlanRequest request;
  PlanResult result;
};

void* run(void* argument) {
  auto& job = *static_cast<Job*>(argument);
  job.result =
      plan_as(job.control->twin(), *job.control->planner().state(), *job.role, job.request);
  return nullptr;
}

// The parser recurses: it wants the same stack here as on the workers of `serve`.
bool plan_on_large_stack(Job& job) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kPlannerStack);
  pthread_t thread{};
  const bool started = pthread_create(&thread, &attributes, run, &job) == 0;
  pthread_attr_destroy(&attributes);
  return started && pthread_join(thread, nullptr) == 0;
}

}  // namespace

int explain_command(const Config& config,
                    std::shared_ptr<const policy::Policy> rules,
                    const Arguments& arguments,
                    std::ostream& out,
                    std::ostream& err) {
  const auto role_option = arguments.options.find("--role");
  if (role_option == arguments.options.end() || arguments.words.size() != 1) {
    err << "pgveil: explain needs --role NAME and one statement\n";
    return kUsage;
  }
  if (const auto user = arguments.options.find("--user"); user != arguments.options.end()) {
    if (auto why = become(user->second)) {
      err << "pgveil: " << *why << "\n";
      return kFailed;
    }
  }
  const policy::Role* role = rules->role(role_option->second);
  if (role == nullptr) {
    err << "pgveil: the policy has no role " << role_option->second << "\n";
    return kUsage;
  }
  ControlPlane control(config, rules, [&err](const std::string& line) { err << line << "\n"; });
  if (auto why = control.start()) {
    err << "pgveil: " << *why << "\n";
    return kFailed;
  }
  const policy::RoleView view(rules, role);
  Job job;
  job.control = &control;
  job.role = &view;
  job.request.sql = arguments.words.front();
  if (!plan_on_large_stack(job)) {
    err << "pgveil: no thread could be started\n";
    return kFailed;
  }
  if (const auto* error = std::get_if<protocol::ErrorFields>(&job.result)) {
    out << "error   " << error->get('C') << " " << error->get('M') << "\n";
    return kFindings;
  }
  out << policy::print(std::get<std::shared_ptr<const PreparedPlan>>(job.result)->plan);
  return kOk;
}

}  // namespace pgveil::proxy::cli
