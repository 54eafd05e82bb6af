import module fathom;
import static fathom.Tensors.*;

/** The course's section 15.6, Fine-Tuning BERT: which heads tasks have, and what they read. */
void main() {
    manualSeed(0);
    var texts = List.of("a crane is flying", "a crane driver came", "he just left", "the crane left");
    var tokenizer = TokenizerTrainer.train(TokenizerKind.BERT, texts, o -> o.minFrequency(1));
    var config = BertConfig.of(
            c -> c.vocabSize(tokenizer.size()).hiddenSize(32).layers(2).heads(2).intermediateSize(64).maxPositions(32));

    // classification of single texts, and regression
    var single = tokenizer.batch(texts);
    var classifier = new BertForSequenceClassification(config.with(c -> c.labels(List.of("bad", "good"))));
    IO.println(classifier.forward(single.inputIds(), i -> i.mask(single.attentionMask())).shape());   //> [4, 2]

    // classification of pairs, whose token types tell the texts apart
    var pair = tokenizer.encode("a crane driver came", "he just left", o -> {});
    IO.println(String.join(" ", pair.tokens()));                    //> [CLS] a crane driver came [SEP] he just left [SEP]
    IO.println(tensor(pair.typeIds()));                             //> tensor([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    var regression = new BertForSequenceClassification(config.with(c -> c.labels(1)));
    IO.println(regression.forward(pair.tensor(), i -> i.types(tensor(pair.typeIds()).unsqueeze(0))).shape());
    //> [1, 1]

    // tags of tokens
    var tagger = new BertForTokenClassification(config.with(c -> c.labels(5)));
    IO.println(tagger.forward(pair.tensor(), i -> {}).shape());         //> [1, 10, 5]
}
