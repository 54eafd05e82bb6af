import module fathom;
import static fathom.Tensors.*;

/** The course's section 12.2, Asynchronous Computation: what returns at once, and what waits for it. */
void main() throws Exception {
    // an operation on the CPU has been computed when its method returns; a device with a queue, such as a GPU, returns
    // earlier, and reading a number waits. A thread of its own makes the CPU asynchronous, too
    var a = randn(600, 600);
    try (var queue = Executors.newSingleThreadExecutor()) {
        long start = System.nanoTime();
        var results = new ArrayList<Future<Tensor>>();
        for (int i = 0; i < 10; i++) {
            results.add(queue.submit(() -> a.matmul(a)));
        }
        double submitted = (System.nanoTime() - start) * 1e-9;
        for (var result : results) {
            result.get();
        }
        double done = (System.nanoTime() - start) * 1e-9;
        IO.println("submitted %.4f s, done %.4f s".formatted(submitted, done));
        IO.println(submitted < done);                                           //> true
    }

    // copies to another device may be under way when to() returns: synchronize waits
    var there = ones(1, 2).to(Device.cpu(1), true);
    var z = there.add(2);                                                       // waits by itself
    IO.println(z.cpu());                                                        //> tensor([[3., 3.]])
    Device.cpu(1).synchronize();

    // collective operations return a handle
    LocalProcessGroup.run(2, group -> {
        var sum = full(group.rank() + 1, FLOAT32, 2);
        var work = group.allReduceAsync(sum, ProcessGroup.ReduceOp.SUM);
        var meanwhile = ones(3).sum();
        work.await();
        if (group.rank() == 0) {
            IO.println(sum + " " + meanwhile.item());                           //> tensor([3., 3.]) 3.0
        }
    });

    // batches are assembled by background threads while the network trains on earlier ones
    var data = new TensorDataset(randn(64, 4), arange(64));
    long examples = 0;
    for (var batch : DataLoader.of(data, 16).workers(2)) {
        examples += batch.size();
    }
    IO.println(examples);                                                       //> 64
}
