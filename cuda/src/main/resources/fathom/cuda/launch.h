// How the host runs the kernel above: included after it.
#ifdef FATHOM_FIBRES
static void fathom_entry() {
    kernel(*(const Arguments*) fathom_arguments);
    Fibre& f = fathom_fibres[fathom_current];
    f.state = DONE;
    fathom_switch(&f.sp, fathom_scheduler);
    abort();
}

static const char* fathom_block(size_t stack) {
    int alive = fathom_count;
    for (int t = 0; t < fathom_count; t++) {
        Fibre& f = fathom_fibres[t];
        f.state = RUNNING;
        f.index = {t % blockDim.x, t / blockDim.x % blockDim.y, t / (blockDim.x * blockDim.y)};
        fathom_prepare(f, stack, fathom_entry);
    }
    while (alive > 0) {
        for (int t = 0; t < fathom_count; t++) {
            if (fathom_fibres[t].state == RUNNING) {
                fathom_current = t;
                threadIdx = fathom_fibres[t].index;
                fathom_switch(&fathom_scheduler, fathom_fibres[t].sp);
                alive -= fathom_fibres[t].state == DONE;
            }
        }
        // a warp goes on once all of its threads wait for it; the block once all of its threads wait for it
        bool moved = false;
        int at_block = 0;
        for (int w = 0; w < fathom_count; w += 32) {
            int end = w + 32 < fathom_count ? w + 32 : fathom_count, waiting = 0, done = 0;
            for (int t = w; t < end; t++) {
                waiting += fathom_fibres[t].state == AT_WARP;
                at_block += fathom_fibres[t].state == AT_BLOCK;
                done += fathom_fibres[t].state == DONE;
            }
            if (waiting > 0 && waiting + done == end - w) {
                for (int t = w; t < end; t++) if (fathom_fibres[t].state == AT_WARP) fathom_fibres[t].state = RUNNING;
                moved = true;
            }
        }
        if (alive > 0 && at_block == alive) {
            for (int t = 0; t < fathom_count; t++) if (fathom_fibres[t].state == AT_BLOCK) fathom_fibres[t].state = RUNNING;
            moved = true;
        }
        if (alive > 0 && !moved) {
            snprintf(fathom_problem, sizeof fathom_problem,
                     "block (%u, %u, %u): %d of %d threads wait at a barrier of the block, others at one of their warp",
                     blockIdx.x, blockIdx.y, blockIdx.z, at_block, alive);
            return fathom_problem;
        }
    }
    return nullptr;
}
#endif

// Runs all blocks; returns what went wrong, or null.
extern "C" const char* fathom_launch(const void* arguments, const int* grid, const int* block, int shared_bytes) {
    gridDim = {(unsigned) grid[0], (unsigned) grid[1], (unsigned) grid[2]};
    blockDim = {(unsigned) block[0], (unsigned) block[1], (unsigned) block[2]};
    fathom_shared = (unsigned char*) aligned_alloc(64, ((size_t) shared_bytes + 127) / 64 * 64);
    const char* problem = nullptr;
#ifdef FATHOM_FIBRES
    fathom_arguments = arguments;
    fathom_count = block[0] * block[1] * block[2];
    size_t stack = 64 << 10, all = stack * fathom_count;
    unsigned char* stacks =
            (unsigned char*) mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    fathom_fibres = (Fibre*) calloc(fathom_count, sizeof(Fibre));
    for (int t = 0; t < fathom_count; t++) fathom_fibres[t].stack = stacks + stack * t;
#endif
    for (unsigned z = 0; z < gridDim.z && !problem; z++) {
        for (unsigned y = 0; y < gridDim.y && !problem; y++) {
            for (unsigned x = 0; x < gridDim.x && !problem; x++) {
                blockIdx = {x, y, z};
                // what a card leaves in shared memory is unknown: 0xff.. is a NaN in every type
                memset(fathom_shared, 0xff, shared_bytes);
#ifdef FATHOM_FIBRES
                problem = fathom_block(stack);
#else
                for (unsigned c = 0; c < blockDim.z; c++)
                    for (unsigned b = 0; b < blockDim.y; b++)
                        for (unsigned i = 0; i < blockDim.x; i++) {
                            threadIdx = {i, b, c};
                            kernel(*(const Arguments*) arguments);
                        }
#endif
            }
        }
    }
#ifdef FATHOM_FIBRES
    munmap(stacks, all);
    free(fathom_fibres);
#endif
    free(fathom_shared);
    return problem;
}
