"""What every fault has in common: nothing that was acknowledged is lost, and each effect is there once."""

import time

from load.books import Books, wait_until_done


def check_books(drill, verdict):
    """Holds the load until all work behind the answers is done, and compares.

    A mail may come again when whoever sent it died before it could note that, or could not note it because there was no
    database. Any other that comes again is wrong.
    """
    drill.load.pause()
    begun = time.monotonic()
    done = wait_until_done(drill.cluster)
    verdict.check(done, f"{'all' if done else 'not all'} work behind the answers was done {time.monotonic() - begun:.0f} s later")
    books = Books(drill.cluster, drill.load)
    drill.load.resume()
    unexplained = [
        id for id, names in books.extra_mails.items() if id not in drill.known_extra and not drill.may_mail_again & set(names)
    ]
    drill.known_extra |= set(books.extra_mails)
    drill.may_mail_again.clear()
    verdict.check(not books.lost and not books.doubled and not books.dead and not unexplained, books.describe())
    for line in [*books.lost, *books.doubled, *(f"{id} was mailed twice for no reason" for id in unexplained)][:5]:
        verdict.check(False, line)
