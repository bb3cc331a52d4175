#pragma once
// Supervisors that need no LibTorch: a word list, a file of labels, a bag of n-grams, and labels made from
// labels. Kind `model` lives in train/.

#include "supervise/label_file.h"
#include "supervise/lexicon.h"
#include "supervise/ngrams.h"
#include "supervise/relabel.h"
