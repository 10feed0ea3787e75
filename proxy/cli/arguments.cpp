#include "proxy/cli/arguments.hpp"

#include <algorithm>
#include <sstream>

namespace pgveil::proxy::cli {
namespace {

bool listed(std::string_view list, std::string_view word) {
  std::istringstream words{std::string(list)};
  std::string each;
  while (words >> each) {
    if (each == word) {
      return true;
    }
  }
  return false;
}

const CommandForm* form_of(const std::vector<CommandForm>& forms, std::string_view name) {
  const auto found = std::ranges::find(forms, name, &CommandForm::name);
  return found == forms.end() ? nullptr : &*found;
}

bool is_option(const std::string& word) { return word.size() > 2 && word.starts_with("--"); }

}  // namespace

std::optional<Arguments> parse_arguments(const std::vector<std::string>& line,
                                         const std::vector<CommandForm>& forms,
                                         std::string& why) {
  Arguments arguments;
  const CommandForm* form = nullptr;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string& word = line[i];
    if (word == "--help" || word == "-h") {
      arguments.help = true;
      return arguments;
    }
    if (word == "--json") {
      arguments.json = true;
      continue;
    }
    const bool valued =
        word == "--config" || (form != nullptr && is_option(word) && listed(form->options, word));
    if (valued) {
      if (i + 1 == line.size()) {
        why = word + " needs a value";
        return std::nullopt;
      }
      if (word == "--config") {
        arguments.config = line[++i];
      } else {
        arguments.options[word] = line[++i];
      }
      continue;
    }
    if (is_option(word)) {
      if (form == nullptr || !listed(form->flags, word)) {
        why = word + " is not an option of " + (form == nullptr ? "pgveil" : arguments.command);
        return std::nullopt;
      }
      arguments.options[word] = "";
      continue;
    }
    if (form != nullptr) {
      arguments.words.push_back(word);
      continue;
    }
    const std::string two = i + 1 < line.size() ? word + " " + line[i + 1] : word;
    if (form_of(forms, two) != nullptr) {
      form = form_of(forms, two);
      ++i;
    } else {
      form = form_of(forms, word);
    }
    if (form == nullptr) {
      why = "there is no command " + word;
      return std::nullopt;
    }
    arguments.command = std::string(form->name);
  }
  if (form == nullptr) {
    why = "a command is missing";
    return std::nullopt;
  }
  return arguments;
}

std::string usage(const std::vector<CommandForm>& forms) {
  std::string text = "usage: pgveil [--config FILE] [--json] COMMAND\n\n";
  for (const CommandForm& form : forms) {
    std::string left = "  " + std::string(form.name);
    if (!form.words.empty()) {
      left += " " + std::string(form.words);
    }
    left.resize(std::max<std::size_t>(left.size() + 2, 40), ' ');
    text += left + std::string(form.summary) + "\n";
  }
  text +=
      "\nThe configuration is pgveil.toml here, unless --config names another.\n"
      "Exit codes: 0 done, 1 something was found, 2 usage or configuration, 3 it failed.\n";
  return text;
}

}  // namespace pgveil::proxy::cli
