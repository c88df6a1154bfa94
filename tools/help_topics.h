// Texts of `pt2nnef help TOPIC`.
#ifndef TOOLS_HELP_TOPICS_H_
#define TOOLS_HELP_TOPICS_H_

#include <vector>

namespace t2n {

struct HelpTopic {
  const char* name;
  const char* text;  // whole lines
};

const std::vector<HelpTopic>& AllTopics();

}  // namespace t2n

#endif  // TOOLS_HELP_TOPICS_H_
