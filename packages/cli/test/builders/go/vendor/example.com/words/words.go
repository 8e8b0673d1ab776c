package words

const Word = "vendored"
