"""Help with writing for people of the staff who have taken a conversation over, without a model.

routes      what the console asks
thread      the conversation that is written in
dictionary  which words a language has, as they are written
spelling    words of a draft that are likely misspelt
vocabulary  words that are right here whatever the lists say
models      what is not done, because only a language model could
"""
