import module fathom;

/**
 * A number predicted from a CSV file of one's own: flats.csv with the columns area, district, floor (sometimes missing)
 * and price. Means, deviations and categories are those of the training rows; predictions are in the file's unit.
 */
void main() {
    var data = CsvDataset.read(Path.of("flats.csv"), "price").split(0.8, 0);
    var net = new Sequential(
        new Linear(data.train().features(), 64), new ReLU(), new Linear(64, 64), new ReLU(), new Linear(64, 1));
    var run = new Trainer(net, t -> t
            .loss(new MSELoss())
            .optimizer(p -> new Adam(p, 3e-3))
            .batchSize(32)
            .metrics(Metrics.r2()))
        .fit(data, Epochs.of(30));
    IO.println(run.last());                              //> loss 8.57e-05, train r2 1.000, test r2 1.000

    var test = data.test();
    double[] prices = test.encoder().numbers(net.eval().call(test.x()));
    var predictions = test.table().with("predicted", DoubleStream.of(prices).boxed().toList());
    predictions.writeCsv(Path.of("predictions.csv"));
    IO.println(predictions.range(0, 3));
}
