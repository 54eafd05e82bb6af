import module fathom;
import static fathom.Tensors.*;

/**
 * A training loop of one's own that saves its whole state after each epoch, and continues from it when it is started again:
 * with bit for bit the results of a loop that was never interrupted.
 */
final Tensor x = linspace(-3, 3, 200).unsqueeze(1);

double train(Path file, int epochs) throws IOException {
    var net = new Sequential(new Linear(1, 32), new ReLU(), new Dropout(0.1), new Linear(32, 1));
    var optimizer = new Adam(net.parameters(), 1e-2);
    var schedule = new CosineAnnealingLR(optimizer, 8);
    var loader = DataLoader.of(new TensorDataset(x, x.sin()), 32).shuffle(true);
    if (Files.exists(file)) {
        Checkpoint.load(file, net, optimizer, schedule, loader, Generator.current());
    }
    double last = Double.NaN;
    while (loader.epoch() < epochs) {
        for (var batch : loader) {
            var loss = mseLoss(net.forward(batch.x()), batch.y());
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            last = loss.item();
        }
        schedule.step();
        Checkpoint.save(file, net, optimizer, schedule, loader, Generator.current());
    }
    return last;
}

void main() throws IOException {
    manualSeed(1);
    double whole = train(Path.of("runs/whole.safetensors"), 8);

    manualSeed(1);
    train(Path.of("runs/mine.safetensors"), 3);                     // ends early, as if it were killed
    manualSeed(2);                                                  // another process starts with other random numbers
    double continued = train(Path.of("runs/mine.safetensors"), 8);
    IO.println(continued == whole);                                 //> true
}
