import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 14.9, The Dataset for Pretraining BERT: pairs of sentences of WikiText-2, or of its stand-in,
 * whose tokens are masked.
 */
void main() {
    var wiki = WikiText2.load();
    var data = BertPretrainingData.of(wiki.train(), o -> o.maxLength(64));
    for (var batch : DataLoader.of(data, 512).shuffle(true).seed(0).as(BertPretrainingData.Pairs.class)) {
        IO.println(batch.ids().shape() + " " + batch.types().shape() + " " + batch.lengths().shape());
        //> [512, 64] [512, 64] [512]
        IO.println(batch.positions().shape() + " " + batch.weights().shape() + " " + batch.labels().shape());
        //> [512, 10] [512, 10] [512, 10]
        IO.println(batch.next().shape());   //> [512]
        break;
    }
    // of WikiText-2 there are 20,256 tokens
    IO.println("%,d tokens, %,d pairs".formatted(data.vocabulary().size(), data.size()));
    IO.println(data.vocabulary().tokens().subList(0, 5));       //> [<unk>, <pad>, <mask>, <cls>, <sep>]

    // an example: most of the tokens to predict are masked
    var first = data.batch(new long[] {0}).as(BertPretrainingData.Pairs.class);
    long length = first.lengths().flatten().itemLong();
    IO.println(data.vocabulary().tokens(first.ids().flatten().narrow(0, 0, length)));
    IO.println(data.vocabulary().tokens(first.labels().flatten().narrow(0, 0, first.weights().sum().itemLong())));
    IO.println(first.next().itemLong() == 1 ? "the second sentence follows the first" : "it does not follow");
}
