import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.6, The Object Detection Dataset: images with one banana each, and its box. */
void main() throws IOException {
    var bananas = BananaDetection.load();
    IO.println("%d training examples, %d validation examples".formatted(bananas.train().size(), bananas.test().size()));
    try (var batches = DataLoader.of(bananas.train(), 32).shuffle(true).seed(0).iterator()) {
        var batch = batches.next();
        IO.println(batch.x().shape() + " " + batch.y().shape());   //> [32, 3, 256, 256] [32, 1, 5]
        Plot.images(batch.x().narrow(0, 0, 10), o -> {
            o.columns(5).cell(160);
            for (int i = 0; i < 10; i++) {
                o.boxes(i, batch.y().select(0, i).narrow(1, 1, 4).mul(256));
            }
        }).save("bananas.png");
    }
}
