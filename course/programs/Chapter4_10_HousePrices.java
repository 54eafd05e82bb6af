import module fathom;
import static fathom.Tensors.*;

/** The course's section 4.10, Predicting House Prices on Kaggle: from two tables to a file that Kaggle accepts. */
static final int FOLDS = 5, EPOCHS = 100, BATCH = 64;
static final double LR = 5, WEIGHT_DECAY = 0;

/** The root of the mean squared difference of logarithms: an error of 10 % weighs the same for any price. */
double logRmse(Layer net, Tensor features, Tensor labels) {
    try (var off = Autograd.noGrad()) {
        var prices = net.forward(features).clamp(1, Double.POSITIVE_INFINITY);
        return mseLoss(prices.log(), labels.log()).sqrt().item();
    }
}

/** Trains a linear model. */
Layer train(Tensor features, Tensor labels) {
    var net = new Sequential(new Linear((int) features.size(1), 1));
    var adam = new Adam(net.parameters(), LR, o -> o.weightDecay(WEIGHT_DECAY));
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (var batch : DataLoader.of(new TensorDataset(features, labels), BATCH).shuffle(true)) {
            adam.zeroGrad();
            mseLoss(net.forward(batch.x()), batch.y()).backward();
            adam.step();
        }
    }
    return net;
}

/** All rows except those of one fold, or only those. */
Tensor fold(Tensor rows, int fold, boolean kept) {
    long size = rows.size(0) / FOLDS;
    var validation = rows.narrow(0, fold * size, size);
    return kept ? validation : cat(List.of(rows.narrow(0, 0, fold * size), rows.narrow(0, (fold + 1) * size, (FOLDS - 1 - fold) * size)), 0);
}

void main() {
    manualSeed(0);
    var houses = HousePrices.load();
    IO.println("train (%d, %d), test (%d, %d)".formatted(houses.train().rows(), houses.train().width(), houses.test().rows(), houses.test().width()));
    //> train (1460, 81), test (1459, 80)

    // numbers with mean 0 and deviation 1, their gaps at the mean; a column per category, gaps among them
    var table = houses.train().drop("Id", "SalePrice").concat(houses.test().drop("Id"))
        .standardize().fillMissing(0).oneHot(true);
    var all = table.toTensor(FLOAT32);
    IO.println("features " + all.shape());               //> features [2919, 331]
    int n = houses.train().rows();
    var features = all.narrow(0, 0, n);
    var labels = houses.train().tensor("SalePrice").to(FLOAT32).reshape(n, 1);

    double trainSum = 0, validSum = 0;
    for (int k = 0; k < FOLDS; k++) {
        var net = train(fold(features, k, false), fold(labels, k, false));
        double train = logRmse(net, fold(features, k, false), fold(labels, k, false));
        double valid = logRmse(net, fold(features, k, true), fold(labels, k, true));
        IO.println("fold %d: train log rmse %.6f, valid log rmse %.6f".formatted(k + 1, train, valid));
        trainSum += train;
        validSum += valid;
    }
    IO.println("%d-fold: average train log rmse %.6f, average valid log rmse %.6f".formatted(FOLDS, trainSum / FOLDS, validSum / FOLDS));
    //> 5-fold: average train log rmse 0.165458, average valid log rmse 0.170293

    // all training rows for the file that is handed in
    var net = train(features, labels);
    IO.println("train log rmse %.6f".formatted(logRmse(net, features, labels)));         //> train log rmse 0.162354
    try (var off = Autograd.noGrad()) {
        var prices = net.forward(all.narrow(0, n, all.size(0) - n)).flatten();
        var submission = houses.test().select("Id").with("SalePrice", prices);
        submission.writeCsv(Path.of("submission.csv"));
        IO.println("submission.csv: %d rows".formatted(submission.rows()));              //> submission.csv: 1459 rows
    }
}
