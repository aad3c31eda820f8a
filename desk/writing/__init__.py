"""Help with writing for people of the staff who have taken a conversation over, without a model.

routes      what the console asks
thread      the conversation that is written in
summary     what was said, promised and is open, by messages
suggesting  what could be replied, with where it is from
checks      what to look at in a draft before it is sent
dictionary  which words a language has, as they are written
spelling    words of a draft that are likely misspelt
vocabulary  words that are right here whatever the lists say
needed      what is not done, because only a language model could
"""
